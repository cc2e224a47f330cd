"""Meeting rooms for employees of empla: an example of a plug-in, to copy."""
