"""The program: settings, command line, demo, migrations."""
