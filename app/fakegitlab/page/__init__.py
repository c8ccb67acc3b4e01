"""The stand-in's board page: what a person sees and drags."""
