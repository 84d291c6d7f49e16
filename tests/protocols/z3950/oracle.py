"""The standard's ASN.1 for asn1tools, the second opinion: written from the tables of tags and types, so that
nothing of `protocols/z3950` marks its own work.
"""

from functools import cache
from typing import Any

import asn1tools  # type: ignore[import-untyped]  # it has no types

MODULE = """
Z3950 DEFINITIONS EXPLICIT TAGS ::= BEGIN

PDU ::= CHOICE {
  initRequest [20] IMPLICIT InitializeRequest,
  initResponse [21] IMPLICIT InitializeResponse,
  searchRequest [22] IMPLICIT SearchRequest,
  searchResponse [23] IMPLICIT SearchResponse,
  presentRequest [24] IMPLICIT PresentRequest,
  presentResponse [25] IMPLICIT PresentResponse,
  deleteResultSetRequest [26] IMPLICIT DeleteResultSetRequest,
  deleteResultSetResponse [27] IMPLICIT DeleteResultSetResponse,
  accessControlRequest [28] IMPLICIT AccessControlRequest,
  accessControlResponse [29] IMPLICIT AccessControlResponse,
  resourceControlRequest [30] IMPLICIT ResourceControlRequest,
  resourceControlResponse [31] IMPLICIT ResourceControlResponse,
  triggerResourceControlRequest [32] IMPLICIT TriggerResourceControlRequest,
  resourceReportRequest [33] IMPLICIT ResourceReportRequest,
  resourceReportResponse [34] IMPLICIT ResourceReportResponse,
  scanRequest [35] IMPLICIT ScanRequest,
  scanResponse [36] IMPLICIT ScanResponse,
  sortRequest [43] IMPLICIT SortRequest,
  sortResponse [44] IMPLICIT SortResponse,
  segmentRequest [45] IMPLICIT Segment,
  extendedServicesRequest [46] IMPLICIT ExtendedServicesRequest,
  extendedServicesResponse [47] IMPLICIT ExtendedServicesResponse,
  close [48] IMPLICIT Close,
  duplicateDetectionRequest [49] IMPLICIT DuplicateDetectionRequest,
  duplicateDetectionResponse [50] IMPLICIT DuplicateDetectionResponse
}

InternationalString ::= GeneralString
ReferenceId ::= [2] IMPLICIT OCTET STRING
ResultSetId ::= [31] IMPLICIT InternationalString
ElementSetName ::= [103] IMPLICIT InternationalString
DatabaseName ::= [105] IMPLICIT InternationalString

Ext ::= [UNIVERSAL 8] IMPLICIT SEQUENCE {
  directReference OBJECT IDENTIFIER OPTIONAL,
  indirectReference INTEGER OPTIONAL,
  dataValueDescriptor [UNIVERSAL 7] IMPLICIT VisibleString OPTIONAL,
  encoding CHOICE {
    singleAsn1Type [0] ANY,
    octetAligned [1] IMPLICIT OCTET STRING,
    arbitrary [2] IMPLICIT BIT STRING } }

InitializeRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  protocolVersion [3] IMPLICIT BIT STRING,
  options [4] IMPLICIT BIT STRING,
  preferredMessageSize [5] IMPLICIT INTEGER,
  exceptionalRecordSize [6] IMPLICIT INTEGER,
  idAuthentication [7] CHOICE {
    open VisibleString,
    idPass SEQUENCE {
      groupId [0] IMPLICIT InternationalString OPTIONAL,
      userId [1] IMPLICIT InternationalString OPTIONAL,
      password [2] IMPLICIT InternationalString OPTIONAL },
    anonymous NULL,
    other Ext } OPTIONAL,
  implementationId [110] IMPLICIT InternationalString OPTIONAL,
  implementationName [111] IMPLICIT InternationalString OPTIONAL,
  implementationVersion [112] IMPLICIT InternationalString OPTIONAL,
  userInformationField [11] Ext OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

InitializeResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  protocolVersion [3] IMPLICIT BIT STRING,
  options [4] IMPLICIT BIT STRING,
  preferredMessageSize [5] IMPLICIT INTEGER,
  exceptionalRecordSize [6] IMPLICIT INTEGER,
  result [12] IMPLICIT BOOLEAN,
  implementationId [110] IMPLICIT InternationalString OPTIONAL,
  implementationName [111] IMPLICIT InternationalString OPTIONAL,
  implementationVersion [112] IMPLICIT InternationalString OPTIONAL,
  userInformationField [11] Ext OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

SearchRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  smallSetUpperBound [13] IMPLICIT INTEGER,
  largeSetLowerBound [14] IMPLICIT INTEGER,
  mediumSetPresentNumber [15] IMPLICIT INTEGER,
  replaceIndicator [16] IMPLICIT BOOLEAN,
  resultSetName [17] IMPLICIT InternationalString,
  databaseNames [18] IMPLICIT SEQUENCE OF DatabaseName,
  smallSetElementSetNames [100] ElementSetNames OPTIONAL,
  mediumSetElementSetNames [101] ElementSetNames OPTIONAL,
  preferredRecordSyntax [104] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  query [21] Query,
  additionalSearchInfo [203] IMPLICIT OtherInformation OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

Query ::= CHOICE {
  type0 [0] ANY,
  type1 [1] IMPLICIT RPNQuery,
  type2 [2] OCTET STRING,
  type101 [101] IMPLICIT RPNQuery,
  type104 [104] IMPLICIT Ext }

RPNQuery ::= SEQUENCE { attributeSet OBJECT IDENTIFIER, rpn RPNStructure }

RPNStructure ::= CHOICE {
  op [0] Operand,
  rpnRpnOp [1] IMPLICIT SEQUENCE { rpn1 RPNStructure, rpn2 RPNStructure, op Operator } }

Operand ::= CHOICE {
  attrTerm AttributesPlusTerm,
  resultSet ResultSetId,
  resultAttr [214] IMPLICIT SEQUENCE { resultSet ResultSetId, attributes AttributeList } }

AttributesPlusTerm ::= [102] IMPLICIT SEQUENCE { attributes AttributeList, term Term }
AttributeList ::= [44] IMPLICIT SEQUENCE OF AttributeElement

Term ::= CHOICE {
  general [45] IMPLICIT OCTET STRING,
  numeric [215] IMPLICIT INTEGER,
  characterString [216] IMPLICIT InternationalString,
  oid [217] IMPLICIT OBJECT IDENTIFIER,
  dateTime [218] IMPLICIT VisibleString,
  external [219] IMPLICIT Ext,
  integerAndUnit [220] IMPLICIT IntUnit,
  null [221] IMPLICIT NULL }

Operator ::= [46] CHOICE {
  and [0] IMPLICIT NULL,
  or [1] IMPLICIT NULL,
  andNot [2] IMPLICIT NULL,
  prox [3] IMPLICIT SEQUENCE {
    exclusion [1] IMPLICIT BOOLEAN OPTIONAL,
    distance [2] IMPLICIT INTEGER,
    ordered [3] IMPLICIT BOOLEAN,
    relationType [4] IMPLICIT INTEGER,
    proximityUnitCode [5] CHOICE { known [1] IMPLICIT INTEGER, private [2] IMPLICIT INTEGER } } }

AttributeElement ::= SEQUENCE {
  attributeSet [1] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  attributeType [120] IMPLICIT INTEGER,
  attributeValue CHOICE {
    numeric [121] IMPLICIT INTEGER,
    complex [224] IMPLICIT SEQUENCE {
      list [1] IMPLICIT SEQUENCE OF StringOrNumeric,
      semanticAction [2] IMPLICIT SEQUENCE OF INTEGER OPTIONAL } } }

StringOrNumeric ::= CHOICE { string [1] IMPLICIT InternationalString, numeric [2] IMPLICIT INTEGER }

IntUnit ::= SEQUENCE { value [1] IMPLICIT INTEGER, unitUsed [2] IMPLICIT Unit }
Unit ::= SEQUENCE {
  unitSystem [1] InternationalString OPTIONAL,
  unitType [2] StringOrNumeric OPTIONAL,
  unit [3] StringOrNumeric OPTIONAL,
  scaleFactor [4] IMPLICIT INTEGER OPTIONAL }

SearchResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  resultCount [23] IMPLICIT INTEGER,
  numberOfRecordsReturned [24] IMPLICIT INTEGER,
  nextResultSetPosition [25] IMPLICIT INTEGER,
  searchStatus [22] IMPLICIT BOOLEAN,
  resultSetStatus [26] IMPLICIT INTEGER OPTIONAL,
  presentStatus [27] IMPLICIT INTEGER OPTIONAL,
  records Records OPTIONAL,
  additionalSearchInfo [203] IMPLICIT OtherInformation OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

PresentRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  resultSetId ResultSetId,
  resultSetStartPoint [30] IMPLICIT INTEGER,
  numberOfRecordsRequested [29] IMPLICIT INTEGER,
  additionalRanges [212] IMPLICIT SEQUENCE OF Range OPTIONAL,
  recordComposition CHOICE { simple [19] ElementSetNames, complex [209] IMPLICIT CompSpec } OPTIONAL,
  preferredRecordSyntax [104] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  maxSegmentCount [204] IMPLICIT INTEGER OPTIONAL,
  maxRecordSize [206] IMPLICIT INTEGER OPTIONAL,
  maxSegmentSize [207] IMPLICIT INTEGER OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

Range ::= SEQUENCE { startingPosition [1] IMPLICIT INTEGER, numberOfRecords [2] IMPLICIT INTEGER }

Segment ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  numberOfRecordsReturned [24] IMPLICIT INTEGER,
  segmentRecords [0] IMPLICIT SEQUENCE OF NamePlusRecord,
  otherInfo OtherInformation OPTIONAL }

PresentResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  numberOfRecordsReturned [24] IMPLICIT INTEGER,
  nextResultSetPosition [25] IMPLICIT INTEGER,
  presentStatus [27] IMPLICIT INTEGER,
  records Records OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

Records ::= CHOICE {
  responseRecords [28] IMPLICIT SEQUENCE OF NamePlusRecord,
  nonSurrogateDiagnostic [130] IMPLICIT DefaultDiagFormat,
  multipleNonSurDiagnostics [205] IMPLICIT SEQUENCE OF DiagRec }

NamePlusRecord ::= SEQUENCE {
  name [0] IMPLICIT InternationalString OPTIONAL,
  record [1] CHOICE {
    retrievalRecord [1] Ext,
    surrogateDiagnostic [2] DiagRec,
    startingFragment [3] FragmentSyntax,
    intermediateFragment [4] FragmentSyntax,
    finalFragment [5] FragmentSyntax } }

FragmentSyntax ::= CHOICE { externallyTagged Ext, notExternallyTagged OCTET STRING }
DiagRec ::= CHOICE { defaultFormat DefaultDiagFormat, externallyDefined Ext }
DefaultDiagFormat ::= SEQUENCE {
  diagnosticSetId OBJECT IDENTIFIER,
  condition INTEGER,
  addinfo CHOICE { v2Addinfo VisibleString, v3Addinfo InternationalString } }

ElementSetNames ::= CHOICE {
  genericElementSetName [0] IMPLICIT InternationalString,
  databaseSpecific [1] IMPLICIT SEQUENCE OF SEQUENCE { dbName DatabaseName, esn ElementSetName } }

CompSpec ::= SEQUENCE {
  selectAlternativeSyntax [1] IMPLICIT BOOLEAN,
  generic [2] IMPLICIT Specification OPTIONAL,
  dbSpecific [3] IMPLICIT SEQUENCE OF SEQUENCE {
    db [1] DatabaseName, spec [2] IMPLICIT Specification } OPTIONAL,
  recordSyntax [4] IMPLICIT SEQUENCE OF OBJECT IDENTIFIER OPTIONAL }

Specification ::= SEQUENCE {
  schema CHOICE { oid [1] IMPLICIT OBJECT IDENTIFIER, uri [300] IMPLICIT InternationalString } OPTIONAL,
  elementSpec [2] CHOICE {
    elementSetName [1] IMPLICIT InternationalString, externalEspec [2] IMPLICIT Ext } OPTIONAL }

DeleteResultSetRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  deleteFunction [32] IMPLICIT INTEGER,
  resultSetList SEQUENCE OF ResultSetId OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

DeleteSetStatus ::= [33] IMPLICIT INTEGER
ListStatuses ::= SEQUENCE OF SEQUENCE { id ResultSetId, status DeleteSetStatus }

DeleteResultSetResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  deleteOperationStatus [0] IMPLICIT DeleteSetStatus,
  deleteListStatuses [1] IMPLICIT ListStatuses OPTIONAL,
  numberNotDeleted [34] IMPLICIT INTEGER OPTIONAL,
  bulkStatuses [35] IMPLICIT ListStatuses OPTIONAL,
  deleteMessage [36] IMPLICIT InternationalString OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

AccessControlRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  securityChallenge CHOICE { simpleForm [37] IMPLICIT OCTET STRING, externallyDefined [0] Ext },
  otherInfo OtherInformation OPTIONAL }

AccessControlResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  securityChallengeResponse CHOICE {
    simpleForm [38] IMPLICIT OCTET STRING, externallyDefined [0] Ext } OPTIONAL,
  diagnostic [223] DiagRec OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ResourceControlRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  suspendedFlag [39] IMPLICIT BOOLEAN OPTIONAL,
  resourceReport [40] Ext OPTIONAL,
  partialResultsAvailable [41] IMPLICIT INTEGER OPTIONAL,
  responseRequired [42] IMPLICIT BOOLEAN,
  triggeredRequestFlag [43] IMPLICIT BOOLEAN OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ResourceControlResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  continueFlag [44] IMPLICIT BOOLEAN,
  resultSetWanted [45] IMPLICIT BOOLEAN OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

TriggerResourceControlRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  requestedAction [46] IMPLICIT INTEGER,
  prefResourceReportFormat [47] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  resultSetWanted [48] IMPLICIT BOOLEAN OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ResourceReportRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  opId [210] IMPLICIT ReferenceId OPTIONAL,
  prefResourceReportFormat [49] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ResourceReportResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  resourceReportStatus [50] IMPLICIT INTEGER,
  resourceReport [51] Ext OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ScanRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  databaseNames [3] IMPLICIT SEQUENCE OF DatabaseName,
  attributeSet OBJECT IDENTIFIER OPTIONAL,
  termListAndStartPoint AttributesPlusTerm,
  stepSize [5] IMPLICIT INTEGER OPTIONAL,
  numberOfTermsRequested [6] IMPLICIT INTEGER,
  preferredPositionInResponse [7] IMPLICIT INTEGER OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ScanResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  stepSize [3] IMPLICIT INTEGER OPTIONAL,
  scanStatus [4] IMPLICIT INTEGER,
  numberOfEntriesReturned [5] IMPLICIT INTEGER,
  positionOfTerm [6] IMPLICIT INTEGER OPTIONAL,
  entries [7] IMPLICIT SEQUENCE {
    entries [1] IMPLICIT SEQUENCE OF CHOICE {
      termInfo [1] IMPLICIT TermInfo, surrogateDiagnostic [2] DiagRec } OPTIONAL,
    nonsurrogateDiagnostics [2] IMPLICIT SEQUENCE OF DiagRec OPTIONAL } OPTIONAL,
  attributeSet [8] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

TermInfo ::= SEQUENCE {
  term Term,
  displayTerm [0] IMPLICIT InternationalString OPTIONAL,
  suggestedAttributes AttributeList OPTIONAL,
  alternativeTerm [4] IMPLICIT SEQUENCE OF AttributesPlusTerm OPTIONAL,
  globalOccurrences [2] IMPLICIT INTEGER OPTIONAL,
  byAttributes [3] IMPLICIT SEQUENCE OF SEQUENCE {
    attributes [1] AttributeList,
    occurrences CHOICE {
      global [2] INTEGER,
      byDatabase [3] IMPLICIT SEQUENCE OF SEQUENCE {
        db DatabaseName,
        num [1] IMPLICIT INTEGER OPTIONAL,
        otherDbInfo OtherInformation OPTIONAL } } OPTIONAL,
    otherOccurInfo OtherInformation OPTIONAL } OPTIONAL,
  otherTermInfo OtherInformation OPTIONAL }

SortRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  inputResultSetNames [3] IMPLICIT SEQUENCE OF InternationalString,
  sortedResultSetName [4] IMPLICIT InternationalString,
  sortSequence [5] IMPLICIT SEQUENCE OF SEQUENCE {
    sortElement CHOICE {
      generic [1] SortKey,
      datbaseSpecific [2] IMPLICIT SEQUENCE OF SEQUENCE { databaseName DatabaseName, dbSort SortKey } },
    sortRelation [1] IMPLICIT INTEGER,
    caseSensitivity [2] IMPLICIT INTEGER,
    missingValueAction [3] CHOICE {
      abort [1] IMPLICIT NULL,
      null [2] IMPLICIT NULL,
      missingValueData [3] IMPLICIT OCTET STRING } OPTIONAL },
  otherInfo OtherInformation OPTIONAL }

SortKey ::= CHOICE {
  sortfield [0] IMPLICIT InternationalString,
  elementSpec [1] IMPLICIT Specification,
  sortAttributes [2] IMPLICIT SEQUENCE { id OBJECT IDENTIFIER, list AttributeList } }

SortResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  sortStatus [3] IMPLICIT INTEGER,
  resultSetStatus [4] IMPLICIT INTEGER OPTIONAL,
  diagnostics [5] IMPLICIT SEQUENCE OF DiagRec OPTIONAL,
  resultCount [6] IMPLICIT INTEGER OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ExtendedServicesRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  function [3] IMPLICIT INTEGER,
  packageType [4] IMPLICIT OBJECT IDENTIFIER,
  packageName [5] IMPLICIT InternationalString OPTIONAL,
  userId [6] IMPLICIT InternationalString OPTIONAL,
  retentionTime [7] IMPLICIT IntUnit OPTIONAL,
  permissions [8] IMPLICIT SEQUENCE OF SEQUENCE {
    userId [1] IMPLICIT InternationalString OPTIONAL,
    allowableFunctions [2] IMPLICIT SEQUENCE OF INTEGER } OPTIONAL,
  description [9] IMPLICIT InternationalString OPTIONAL,
  taskSpecificParameters [10] IMPLICIT Ext OPTIONAL,
  waitAction [11] IMPLICIT INTEGER,
  elements ElementSetName OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

ExtendedServicesResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  operationStatus [3] IMPLICIT INTEGER,
  diagnostics [4] IMPLICIT SEQUENCE OF DiagRec OPTIONAL,
  taskPackage [5] IMPLICIT Ext OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

Close ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  closeReason [211] IMPLICIT INTEGER,
  diagnosticInformation [3] IMPLICIT InternationalString OPTIONAL,
  resourceReportFormat [4] IMPLICIT OBJECT IDENTIFIER OPTIONAL,
  resourceReport [5] Ext OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

DuplicateDetectionRequest ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  inputResultSetIds [3] IMPLICIT SEQUENCE OF InternationalString,
  outputResultSetName [4] IMPLICIT InternationalString,
  applicablePortionOfRecord [5] IMPLICIT Ext OPTIONAL,
  duplicateDetectionCriteria [6] IMPLICIT SEQUENCE OF CHOICE {
    levelOfMatch [1] IMPLICIT INTEGER,
    caseSensitive [2] IMPLICIT NULL,
    punctuationSensitive [3] IMPLICIT NULL,
    regularExpression [4] IMPLICIT Ext,
    rsDuplicates [5] IMPLICIT NULL } OPTIONAL,
  clustering [7] IMPLICIT BOOLEAN OPTIONAL,
  retentionCriteria [8] IMPLICIT SEQUENCE OF CHOICE {
    numberOfEntries [1] IMPLICIT INTEGER,
    percentOfEntries [2] IMPLICIT INTEGER,
    duplicatesOnly [3] IMPLICIT NULL,
    discardRsDuplicates [4] IMPLICIT NULL },
  sortCriteria [9] IMPLICIT SEQUENCE OF CHOICE {
    mostComprehensive [1] IMPLICIT NULL,
    leastComprehensive [2] IMPLICIT NULL,
    mostRecent [3] IMPLICIT NULL,
    oldest [4] IMPLICIT NULL,
    leastCost [5] IMPLICIT NULL,
    preferredDatabases [6] IMPLICIT SEQUENCE OF InternationalString } OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

DuplicateDetectionResponse ::= SEQUENCE {
  referenceId ReferenceId OPTIONAL,
  status [3] IMPLICIT INTEGER,
  resultSetCount [4] IMPLICIT INTEGER OPTIONAL,
  diagnostics [5] IMPLICIT SEQUENCE OF DiagRec OPTIONAL,
  otherInfo OtherInformation OPTIONAL }

OtherInformation ::= [201] IMPLICIT SEQUENCE OF SEQUENCE {
  category [1] IMPLICIT SEQUENCE {
    categoryTypeId [1] IMPLICIT OBJECT IDENTIFIER OPTIONAL, categoryValue [2] IMPLICIT INTEGER } OPTIONAL,
  information CHOICE {
    characterInfo [2] IMPLICIT InternationalString,
    binaryInfo [3] IMPLICIT OCTET STRING,
    externallyDefinedInfo [4] IMPLICIT Ext,
    oid [5] IMPLICIT OBJECT IDENTIFIER } }

OPACRecord ::= SEQUENCE {
  bibliographicRecord [1] IMPLICIT Ext OPTIONAL,
  holdingsData [2] IMPLICIT SEQUENCE OF CHOICE {
    marcHoldingsRecord [1] IMPLICIT Ext,
    holdingsAndCirc [2] IMPLICIT HoldingsAndCircData } OPTIONAL }

HoldingsAndCircData ::= SEQUENCE {
  typeOfRecord [1] IMPLICIT InternationalString OPTIONAL,
  encodingLevel [2] IMPLICIT InternationalString OPTIONAL,
  format [3] IMPLICIT InternationalString OPTIONAL,
  receiptAcqStatus [4] IMPLICIT InternationalString OPTIONAL,
  generalRetention [5] IMPLICIT InternationalString OPTIONAL,
  completeness [6] IMPLICIT InternationalString OPTIONAL,
  dateOfReport [7] IMPLICIT InternationalString OPTIONAL,
  nucCode [8] IMPLICIT InternationalString OPTIONAL,
  localLocation [9] IMPLICIT InternationalString OPTIONAL,
  shelvingLocation [10] IMPLICIT InternationalString OPTIONAL,
  callNumber [11] IMPLICIT InternationalString OPTIONAL,
  shelvingData [12] IMPLICIT InternationalString OPTIONAL,
  copyNumber [13] IMPLICIT InternationalString OPTIONAL,
  publicNote [14] IMPLICIT InternationalString OPTIONAL,
  reproductionNote [15] IMPLICIT InternationalString OPTIONAL,
  termsUseRepro [16] IMPLICIT InternationalString OPTIONAL,
  enumAndChron [17] IMPLICIT InternationalString OPTIONAL,
  volumes [18] IMPLICIT SEQUENCE OF SEQUENCE {
    enumeration [1] IMPLICIT InternationalString OPTIONAL,
    chronology [2] IMPLICIT InternationalString OPTIONAL,
    enumAndChron [3] IMPLICIT InternationalString OPTIONAL } OPTIONAL,
  circulationData [19] IMPLICIT SEQUENCE OF SEQUENCE {
    availableNow [1] IMPLICIT BOOLEAN,
    availabilityDate [2] IMPLICIT InternationalString OPTIONAL,
    availableThru [3] IMPLICIT InternationalString OPTIONAL,
    restrictions [4] IMPLICIT InternationalString OPTIONAL,
    itemId [5] IMPLICIT InternationalString OPTIONAL,
    renewable [6] IMPLICIT BOOLEAN,
    onHold [7] IMPLICIT BOOLEAN,
    enumAndChron [8] IMPLICIT InternationalString OPTIONAL,
    midspine [9] IMPLICIT InternationalString OPTIONAL,
    temporaryLocation [10] IMPLICIT InternationalString OPTIONAL } OPTIONAL }

END
"""


@cache
def compiled() -> Any:
    """The module, ready to decode and encode."""
    return asn1tools.compile_string(MODULE, "ber")


def decode(kind: str, data: bytes) -> Any:
    """A value of this type, as asn1tools has it."""
    return compiled().decode(kind, data)


def encode(kind: str, value: Any) -> bytes:
    """Its bytes."""
    encoded: bytes = bytes(compiled().encode(kind, value))
    return encoded
