"""What people read on a screen, in their language; every protocol takes its texts from here.

English is written in `servers.words.english`; every other language has a catalogue in gettext's format,
``locale/LANGUAGE/circdesk.po``. A new one begins as a copy of ``locale/circdesk.pot``: fill in its header and
every ``msgstr``, and name the language in `servers.words.languages`. Any editor of catalogues will do, as
nothing is compiled; a test names what a catalogue lacks.
"""
