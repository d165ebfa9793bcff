"""Operations: is all well, waking courses, moving them to a build, letting one go on that does not replay."""
