// Generated from sparkplug_b.proto by scripts/generate-proto.mjs
export interface FieldFacts {
  readonly id: number;
  readonly type: "bool" | "bytes" | "double" | "float" | "message" | "string" | "uint32" | "uint64";
  readonly rule: "required" | "optional" | "repeated";
  /** The message or enumeration it is of. */
  readonly of?: string;
}

/** The fields of every message, in the order of their numbers. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldFacts>>>> = {
  Payload: {
    timestamp: { id: 1, type: "uint64", rule: "optional" },
    metrics: { id: 2, type: "message", rule: "repeated", of: "Metric" },
    seq: { id: 3, type: "uint64", rule: "optional" },
    uuid: { id: 4, type: "string", rule: "optional" },
    body: { id: 5, type: "bytes", rule: "optional" },
  },
  Metric: {
    name: { id: 1, type: "string", rule: "optional" },
    alias: { id: 2, type: "uint64", rule: "optional" },
    timestamp: { id: 3, type: "uint64", rule: "optional" },
    datatype: { id: 4, type: "uint32", rule: "optional" },
    is_historical: { id: 5, type: "bool", rule: "optional" },
    is_transient: { id: 6, type: "bool", rule: "optional" },
    is_null: { id: 7, type: "bool", rule: "optional" },
    metadata: { id: 8, type: "message", rule: "optional", of: "MetaData" },
    properties: { id: 9, type: "message", rule: "optional", of: "PropertySet" },
    int_value: { id: 10, type: "uint32", rule: "optional" },
    long_value: { id: 11, type: "uint64", rule: "optional" },
    float_value: { id: 12, type: "float", rule: "optional" },
    double_value: { id: 13, type: "double", rule: "optional" },
    boolean_value: { id: 14, type: "bool", rule: "optional" },
    string_value: { id: 15, type: "string", rule: "optional" },
    bytes_value: { id: 16, type: "bytes", rule: "optional" },
    dataset_value: { id: 17, type: "message", rule: "optional", of: "DataSet" },
    template_value: { id: 18, type: "message", rule: "optional", of: "Template" },
  },
  MetaData: {
    is_multi_part: { id: 1, type: "bool", rule: "optional" },
    content_type: { id: 2, type: "string", rule: "optional" },
    size: { id: 3, type: "uint64", rule: "optional" },
    seq: { id: 4, type: "uint64", rule: "optional" },
    file_name: { id: 5, type: "string", rule: "optional" },
    file_type: { id: 6, type: "string", rule: "optional" },
    md5: { id: 7, type: "string", rule: "optional" },
    description: { id: 8, type: "string", rule: "optional" },
  },
  PropertySet: {
    keys: { id: 1, type: "string", rule: "repeated" },
    values: { id: 2, type: "message", rule: "repeated", of: "PropertyValue" },
  },
  PropertyValue: {
    type: { id: 1, type: "uint32", rule: "optional" },
    is_null: { id: 2, type: "bool", rule: "optional" },
    int_value: { id: 3, type: "uint32", rule: "optional" },
    long_value: { id: 4, type: "uint64", rule: "optional" },
    float_value: { id: 5, type: "float", rule: "optional" },
    double_value: { id: 6, type: "double", rule: "optional" },
    boolean_value: { id: 7, type: "bool", rule: "optional" },
    string_value: { id: 8, type: "string", rule: "optional" },
    propertyset_value: { id: 9, type: "message", rule: "optional", of: "PropertySet" },
    propertysets_value: { id: 10, type: "message", rule: "optional", of: "PropertySetList" },
  },
  PropertySetList: {
    propertyset: { id: 1, type: "message", rule: "repeated", of: "PropertySet" },
  },
  DataSet: {
    num_of_columns: { id: 1, type: "uint64", rule: "optional" },
    columns: { id: 2, type: "string", rule: "repeated" },
    types: { id: 3, type: "uint32", rule: "repeated" },
    rows: { id: 4, type: "message", rule: "repeated", of: "Row" },
  },
  Row: {
    elements: { id: 1, type: "message", rule: "repeated", of: "DataSetValue" },
  },
  DataSetValue: {
    int_value: { id: 1, type: "uint32", rule: "optional" },
    long_value: { id: 2, type: "uint64", rule: "optional" },
    float_value: { id: 3, type: "float", rule: "optional" },
    double_value: { id: 4, type: "double", rule: "optional" },
    boolean_value: { id: 5, type: "bool", rule: "optional" },
    string_value: { id: 6, type: "string", rule: "optional" },
  },
  Template: {
    version: { id: 1, type: "string", rule: "optional" },
    metrics: { id: 2, type: "message", rule: "repeated", of: "Metric" },
    parameters: { id: 3, type: "message", rule: "repeated", of: "Parameter" },
    template_ref: { id: 4, type: "string", rule: "optional" },
    is_definition: { id: 5, type: "bool", rule: "optional" },
  },
  Parameter: {
    name: { id: 1, type: "string", rule: "optional" },
    type: { id: 2, type: "uint32", rule: "optional" },
    int_value: { id: 3, type: "uint32", rule: "optional" },
    long_value: { id: 4, type: "uint64", rule: "optional" },
    float_value: { id: 5, type: "float", rule: "optional" },
    double_value: { id: 6, type: "double", rule: "optional" },
    boolean_value: { id: 7, type: "bool", rule: "optional" },
    string_value: { id: 8, type: "string", rule: "optional" },
  },
};
