"""Plans of other tools, read into one record and written in our language; and our results, written for other tools."""
