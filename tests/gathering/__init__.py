"""How what agendas are written from comes to be read."""
