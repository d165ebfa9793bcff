"""A form for every act: what it asks for, and which service takes it; who may do what stands in `course/actions.py`."""
