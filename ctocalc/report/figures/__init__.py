"""Figures by matplotlib: values in, a Figure out; imported only when something is drawn."""
