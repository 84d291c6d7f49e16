"""What the survey of a Z39.50 target may find, and how it is said that a target has none of it."""

OFFERS = {
    "z_word": "a word of a title",
    "z_other": "a second word of a title",
    "z_piggyback": "records in the answer to a search",
    "z_usmarc": "records in USMARC",
    "z_sutrs": "records in SUTRS",
    "z_xml": "records in XML",
    "z_opac": "OPAC records",
    "z_scan": "scan",
    "z_sort": "sort",
    "z_delete": "deletion of result sets",
    "z_named": "named result sets",
    "z_cql": "queries in CQL (type 104)",
    "z_charset": "negotiation of character sets",
    "z_closed": "users (it lets everybody in)",
    "z_item": "an item of the target that is found by its barcode",
    "z_pair": "a search that finds two records at least",
    "z_steady": "a search that finds as many records when it is asked again",
}
