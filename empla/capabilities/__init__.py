"""What an employee can do and notice: the plug-in contract and the built-in hands."""
