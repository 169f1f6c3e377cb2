//! How the house is doing: figures over time, what looks wrong, who is told of it, and what is done about it.
