"""`circdesk load`: records of another system, from its files into the store. See README.md beside this
file.
"""
