"""Events out of the spreadsheets that partnerships keep: a mapping says which cells become which event, and nothing is passed over in silence."""
