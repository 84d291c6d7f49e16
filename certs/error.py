"""The one error of this folder: a sentence for the person at the keyboard, saying what to do."""


class CertificateError(Exception):
    """A name cannot be certified, or a file of the authority is damaged, missing or open to others."""
