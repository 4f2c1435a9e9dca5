"""What is hidden before anybody outside may read a table of people or incidents, so that nobody can work it out (SDC-DEFAULT)."""
