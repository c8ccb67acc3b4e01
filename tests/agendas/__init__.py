"""The six agendas: what each says, of which picture."""
