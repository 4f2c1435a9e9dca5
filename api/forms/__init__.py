"""Forms made from the register: what is asked of an event type, how answers are read, and how they are shown again."""
