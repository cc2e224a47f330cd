"""What a digital employee is: a library without processes and without listening sockets."""

__version__ = "0.5.0"
