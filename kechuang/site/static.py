"""Static files under names that change with their content, compressed."""

from django.contrib.staticfiles.storage import ManifestFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Without the two patterns of source maps: the maps are not among the files that we copy from npm."""

    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in ManifestFilesMixin.patterns
    )
