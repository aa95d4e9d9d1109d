// Generated from sparkplug_b.proto by scripts/generate-proto.mjs
export interface Payload {
  /** ms since 1970: when it was published */
  readonly timestamp?: bigint | undefined;
  /** in the order of the publisher */
  readonly metrics: readonly Metric[];
  /** 0 to 255, one more with every message of the edge node */
  readonly seq?: bigint | undefined;
  /** what the body is */
  readonly uuid?: string | undefined;
  /** of the application's own */
  readonly body?: Uint8Array | undefined;
}

export interface Metric {
  /** absent where the alias of the birth stands for it */
  readonly name?: string | undefined;
  /** unique within the edge node */
  readonly alias?: bigint | undefined;
  /** ms since 1970: when the value was taken */
  readonly timestamp?: bigint | undefined;
  /** DataType */
  readonly datatype?: number | undefined;
  /** not the current value */
  readonly is_historical?: boolean | undefined;
  /** not for historians */
  readonly is_transient?: boolean | undefined;
  /** there is no value */
  readonly is_null?: boolean | undefined;
  readonly metadata?: MetaData | undefined;
  readonly properties?: PropertySet | undefined;
  /** Int8 to Int32 as two's complement, UInt8 to UInt32 */
  readonly int_value?: number | undefined;
  /** Int64 as two's complement, UInt64, DateTime in ms since 1970 */
  readonly long_value?: bigint | undefined;
  readonly float_value?: number | undefined;
  readonly double_value?: number | undefined;
  readonly boolean_value?: boolean | undefined;
  /** String, Text, UUID */
  readonly string_value?: string | undefined;
  /** Bytes, File, arrays */
  readonly bytes_value?: Uint8Array | undefined;
  readonly dataset_value?: DataSet | undefined;
  readonly template_value?: Template | undefined;
}

export interface MetaData {
  readonly is_multi_part?: boolean | undefined;
  /** media type */
  readonly content_type?: string | undefined;
  /** bytes */
  readonly size?: bigint | undefined;
  /** of the part */
  readonly seq?: bigint | undefined;
  readonly file_name?: string | undefined;
  readonly file_type?: string | undefined;
  readonly md5?: string | undefined;
  readonly description?: string | undefined;
}

export interface PropertySet {
  readonly keys: readonly string[];
  /** one per key */
  readonly values: readonly PropertyValue[];
}

export interface PropertyValue {
  /** DataType */
  readonly type?: number | undefined;
  readonly is_null?: boolean | undefined;
  readonly int_value?: number | undefined;
  readonly long_value?: bigint | undefined;
  readonly float_value?: number | undefined;
  readonly double_value?: number | undefined;
  readonly boolean_value?: boolean | undefined;
  readonly string_value?: string | undefined;
  readonly propertyset_value?: PropertySet | undefined;
  readonly propertysets_value?: PropertySetList | undefined;
}

export interface PropertySetList {
  readonly propertyset: readonly PropertySet[];
}

export interface DataSet {
  readonly num_of_columns?: bigint | undefined;
  /** names */
  readonly columns: readonly string[];
  /** DataType, one per column */
  readonly types: readonly number[];
  readonly rows: readonly Row[];
}

export interface Row {
  /** one per column */
  readonly elements: readonly DataSetValue[];
}

export interface DataSetValue {
  readonly int_value?: number | undefined;
  readonly long_value?: bigint | undefined;
  readonly float_value?: number | undefined;
  readonly double_value?: number | undefined;
  readonly boolean_value?: boolean | undefined;
  readonly string_value?: string | undefined;
}

export interface Template {
  readonly version?: string | undefined;
  readonly metrics: readonly Metric[];
  readonly parameters: readonly Parameter[];
  /** name of the definition this is an instance of */
  readonly template_ref?: string | undefined;
  readonly is_definition?: boolean | undefined;
}

export interface Parameter {
  readonly name?: string | undefined;
  /** DataType */
  readonly type?: number | undefined;
  readonly int_value?: number | undefined;
  readonly long_value?: bigint | undefined;
  readonly float_value?: number | undefined;
  readonly double_value?: number | undefined;
  readonly boolean_value?: boolean | undefined;
  readonly string_value?: string | undefined;
}

export const DataType = {
  Unknown: 0,
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
  DataSetType: 16,
  Bytes: 17,
  File: 18,
  TemplateType: 19,
  PropertySetType: 20,
  PropertySetListType: 21,
  Int8Array: 22,
  Int16Array: 23,
  Int32Array: 24,
  Int64Array: 25,
  UInt8Array: 26,
  UInt16Array: 27,
  UInt32Array: 28,
  UInt64Array: 29,
  FloatArray: 30,
  DoubleArray: 31,
  BooleanArray: 32,
  StringArray: 33,
  DateTimeArray: 34,
} as const;
