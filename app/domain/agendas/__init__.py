"""The six agendas, each a pure module, and the parts that they share (agendas 4.2)."""
