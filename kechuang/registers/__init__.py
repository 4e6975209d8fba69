"""名录：who may stand on a list (provider library, makerspaces, mentors, …); each list is a pack, none is code."""
