"""放券：a county opens a part of its budget to all who may have it, by a way that its pack names, and shows that it was fair."""
