"""The parameters that cases are made of; names in braces are of the target or of the survey."""

from conformance.case import Parameters

# What the survey found, and how it is said that a server has none of it.
OFFERS = {
    "v11": "version 1.1",
    "v12": "version 1.2",
    "v20": "version 2.0",
    "first_version": "version 1.1 or 1.2",
    "form": "requests that are posted as a form",
    "soap": "requests in SOAP envelopes",
    "json": "answers in JSON",
    "all": "cql.allRecords",
    "title": "an index of titles in its explain",
    "title_bare": "a name of the index of titles in a context set of its own",
    "title_set": "a URI for the context set of its index of titles",
    "word": "a title with words",
    "word2": "a title with words",
    "rare": "a title with words",
    "word_shouted": "a title with words",
    "stem": "a title with words",
    "title_shouted": "a title with words",
    "phrase": "a title with words",
    "creator": "an index of creators in its explain",
    "creator_word": "a record with a creator",
    "many": "a search that finds from three to a few hundred records",
    "page": "a search that finds from three to a few hundred records",
    "date": "an index of dates in its explain",
    "year": "a record with a year",
    "id_index": "an index of record ids in its explain",
    "id": "records with ids",
    "id2": "records with ids",
    "isbn_index": "an index of ISBNs in its explain",
    "isbn": "a record with an ISBN",
    "isbn_other": "a record with an ISBN",
    "isbn_hyphens": "a record with an ISBN",
    "barcode_index": "an index of barcodes in its explain",
    "marc": "records in MARCXML",
    "dc": "records in Dublin Core",
    "second_schema": "a second schema",
    "indexes": "indexes in its explain",
    "relations": "relations of its indexes in its explain",
    "sort_indexes": "an index that sorts in its explain",
    "scan_indexes": "an index that is scanned in its explain",
    "most": "a largest number of records (maximumRecords) in its explain",
    "more_than_most": "a largest number of records (maximumRecords) in its explain",
    "usual": "a usual number of records (numberOfRecords) in its explain",
    "scan_index": "scan",
    "no_scan": "an end point without scan",
    "sort_index": "an index that sorts in its explain",
    "sort_index2": "a second index that sorts in its explain",
    "unsorted_index": "an index that does not sort in its explain",
    "result_sets": "result sets",
    "facet_index": "facets",
    "analysis": "an analysis of queries",
    "denied_relation": "an index that does not take every relation, in its explain",
    "denied_index": "an index that does not take every relation, in its explain",
    "availability": "availability in its records",
}

ANALYSED = ("x-analysis", "1")
"""An extension by which some servers are asked for an analysis: 2.0 has no parameter, others pass it over."""
ALWAYS = frozenset({"as_version", "as_search", "as_scan", "as_explain"})
"""Names that a survey always finds, and that may be empty: 2.0 has no such parameters."""


def search(query: str, *more: tuple[str, str], **parameters: str) -> Parameters:
    """Return a searchRetrieve in the highest of the versions before 2.0 that the server has, else in 2.0."""
    return (
        ("version", "{as_version}"),
        ("operation", "{as_search}"),
        ("query", query),
        *parameters.items(),
        *more,
    )


def search_in(version: str, query: str, *more: tuple[str, str], **parameters: str) -> Parameters:
    """Return a searchRetrieve in a version."""
    told = (("version", version), ("operation", "searchRetrieve"))
    known = (("queryType", "cql"),) if version == "2.0" else told
    return (*known, ("query", query), *parameters.items(), *more)


def scan(clause: str, *more: tuple[str, str], **parameters: str) -> Parameters:
    """Return a scan."""
    return (
        ("version", "{as_version}"),
        ("operation", "{as_scan}"),
        ("scanClause", clause),
        *parameters.items(),
        *more,
    )


def explain(*more: tuple[str, str], **parameters: str) -> Parameters:
    """Return an explain."""
    return (("version", "{as_version}"), ("operation", "{as_explain}"), *parameters.items(), *more)


def without(parameters: Parameters, *names: str) -> Parameters:
    """Return a request without some of its parameters."""
    return tuple((name, value) for name, value in parameters if name not in names)


WORD = "{title} = {word}"
RARE = "{title} = {rare}"
BOTH = "{title} = {word} and {title} = {word2}"
"""Searches that find something, in any catalogue that has titles."""
EMPTY = "{title} = xqzvkitnosuchword"
"""A search that finds nothing."""
