// Generated from sparkplug_b.proto by scripts/generate-proto.mjs
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["sparkplug"] || ($protobuf.roots["sparkplug"] = {});

export const sparkplug = $root.sparkplug = (() => {

    const sparkplug = {};

    sparkplug.Payload = (function() {

        const Payload = function (properties) {
            this.metrics = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Payload.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        Payload.prototype.metrics = $util.emptyArray;
        Payload.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        Payload.prototype.uuid = "";
        Payload.prototype.body = $util.newBuffer([]);

        Payload.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp"))
                writer.uint32(8).uint64(message.timestamp);
            if (message.metrics != null && message.metrics.length)
                for (let i = 0; i < message.metrics.length; ++i)
                    $root.sparkplug.Metric.encode(message.metrics[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.seq != null && $Object.hasOwnProperty.call(message, "seq"))
                writer.uint32(24).uint64(message.seq);
            if (message.uuid != null && $Object.hasOwnProperty.call(message, "uuid"))
                writer.uint32(34).string(message.uuid);
            if (message.body != null && $Object.hasOwnProperty.call(message, "body"))
                writer.uint32(42).bytes(message.body);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Payload.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.Payload();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.timestamp = reader.uint64();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.metrics && message.metrics.length))
                            message.metrics = [];
                        message.metrics.push($root.sparkplug.Metric.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.seq = reader.uint64();
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.uuid = reader.string();
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.body = reader.bytes();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Payload;
    })();

    sparkplug.Metric = (function() {

        const Metric = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Metric.prototype.name = "";
        Metric.prototype.alias = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        Metric.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        Metric.prototype.datatype = 0;
        Metric.prototype.is_historical = false;
        Metric.prototype.is_transient = false;
        Metric.prototype.is_null = false;
        Metric.prototype.metadata = null;
        Metric.prototype.properties = null;
        Metric.prototype.int_value = null;
        Metric.prototype.long_value = null;
        Metric.prototype.float_value = null;
        Metric.prototype.double_value = null;
        Metric.prototype.boolean_value = null;
        Metric.prototype.string_value = null;
        Metric.prototype.bytes_value = null;
        Metric.prototype.dataset_value = null;
        Metric.prototype.template_value = null;

        let $oneOfFields;

        $Object.defineProperty(Metric.prototype, "value", {
            get: $util.oneOfGetter($oneOfFields = ["int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value", "bytes_value", "dataset_value", "template_value"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Metric.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                writer.uint32(10).string(message.name);
            if (message.alias != null && $Object.hasOwnProperty.call(message, "alias"))
                writer.uint32(16).uint64(message.alias);
            if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp"))
                writer.uint32(24).uint64(message.timestamp);
            if (message.datatype != null && $Object.hasOwnProperty.call(message, "datatype"))
                writer.uint32(32).uint32(message.datatype);
            if (message.is_historical != null && $Object.hasOwnProperty.call(message, "is_historical"))
                writer.uint32(40).bool(message.is_historical);
            if (message.is_transient != null && $Object.hasOwnProperty.call(message, "is_transient"))
                writer.uint32(48).bool(message.is_transient);
            if (message.is_null != null && $Object.hasOwnProperty.call(message, "is_null"))
                writer.uint32(56).bool(message.is_null);
            if (message.metadata != null && $Object.hasOwnProperty.call(message, "metadata"))
                $root.sparkplug.MetaData.encode(message.metadata, writer.uint32(66).fork(), _depth + 1).ldelim();
            if (message.properties != null && $Object.hasOwnProperty.call(message, "properties"))
                $root.sparkplug.PropertySet.encode(message.properties, writer.uint32(74).fork(), _depth + 1).ldelim();
            if (message.int_value != null && $Object.hasOwnProperty.call(message, "int_value"))
                writer.uint32(80).uint32(message.int_value);
            if (message.long_value != null && $Object.hasOwnProperty.call(message, "long_value"))
                writer.uint32(88).uint64(message.long_value);
            if (message.float_value != null && $Object.hasOwnProperty.call(message, "float_value"))
                writer.uint32(101).float(message.float_value);
            if (message.double_value != null && $Object.hasOwnProperty.call(message, "double_value"))
                writer.uint32(105).double(message.double_value);
            if (message.boolean_value != null && $Object.hasOwnProperty.call(message, "boolean_value"))
                writer.uint32(112).bool(message.boolean_value);
            if (message.string_value != null && $Object.hasOwnProperty.call(message, "string_value"))
                writer.uint32(122).string(message.string_value);
            if (message.bytes_value != null && $Object.hasOwnProperty.call(message, "bytes_value"))
                writer.uint32(130).bytes(message.bytes_value);
            if (message.dataset_value != null && $Object.hasOwnProperty.call(message, "dataset_value"))
                $root.sparkplug.DataSet.encode(message.dataset_value, writer.uint32(138).fork(), _depth + 1).ldelim();
            if (message.template_value != null && $Object.hasOwnProperty.call(message, "template_value"))
                $root.sparkplug.Template.encode(message.template_value, writer.uint32(146).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Metric.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.Metric();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.name = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.alias = reader.uint64();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.timestamp = reader.uint64();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.datatype = reader.uint32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.is_historical = reader.bool();
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        message.is_transient = reader.bool();
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.is_null = reader.bool();
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.metadata = $root.sparkplug.MetaData.decode(reader, reader.size(), $undefined, _depth + 1, message.metadata);
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.properties = $root.sparkplug.PropertySet.decode(reader, reader.size(), $undefined, _depth + 1, message.properties);
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        message.int_value = reader.uint32();
                        message.value = "int_value";
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        message.long_value = reader.uint64();
                        message.value = "long_value";
                        continue;
                    }
                case 12: {
                        if (wireType !== 5)
                            break;
                        message.float_value = reader.float();
                        message.value = "float_value";
                        continue;
                    }
                case 13: {
                        if (wireType !== 1)
                            break;
                        message.double_value = reader.double();
                        message.value = "double_value";
                        continue;
                    }
                case 14: {
                        if (wireType !== 0)
                            break;
                        message.boolean_value = reader.bool();
                        message.value = "boolean_value";
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        message.string_value = reader.string();
                        message.value = "string_value";
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        message.bytes_value = reader.bytes();
                        message.value = "bytes_value";
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        message.dataset_value = $root.sparkplug.DataSet.decode(reader, reader.size(), $undefined, _depth + 1, message.dataset_value);
                        message.value = "dataset_value";
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.template_value = $root.sparkplug.Template.decode(reader, reader.size(), $undefined, _depth + 1, message.template_value);
                        message.value = "template_value";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Metric;
    })();

    sparkplug.MetaData = (function() {

        const MetaData = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        MetaData.prototype.is_multi_part = false;
        MetaData.prototype.content_type = "";
        MetaData.prototype.size = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        MetaData.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        MetaData.prototype.file_name = "";
        MetaData.prototype.file_type = "";
        MetaData.prototype.md5 = "";
        MetaData.prototype.description = "";

        MetaData.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.is_multi_part != null && $Object.hasOwnProperty.call(message, "is_multi_part"))
                writer.uint32(8).bool(message.is_multi_part);
            if (message.content_type != null && $Object.hasOwnProperty.call(message, "content_type"))
                writer.uint32(18).string(message.content_type);
            if (message.size != null && $Object.hasOwnProperty.call(message, "size"))
                writer.uint32(24).uint64(message.size);
            if (message.seq != null && $Object.hasOwnProperty.call(message, "seq"))
                writer.uint32(32).uint64(message.seq);
            if (message.file_name != null && $Object.hasOwnProperty.call(message, "file_name"))
                writer.uint32(42).string(message.file_name);
            if (message.file_type != null && $Object.hasOwnProperty.call(message, "file_type"))
                writer.uint32(50).string(message.file_type);
            if (message.md5 != null && $Object.hasOwnProperty.call(message, "md5"))
                writer.uint32(58).string(message.md5);
            if (message.description != null && $Object.hasOwnProperty.call(message, "description"))
                writer.uint32(66).string(message.description);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        MetaData.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.MetaData();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.is_multi_part = reader.bool();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.content_type = reader.string();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.size = reader.uint64();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.seq = reader.uint64();
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.file_name = reader.string();
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.file_type = reader.string();
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.md5 = reader.string();
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.description = reader.string();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return MetaData;
    })();

    sparkplug.PropertySet = (function() {

        const PropertySet = function (properties) {
            this.keys = [];
            this.values = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PropertySet.prototype.keys = $util.emptyArray;
        PropertySet.prototype.values = $util.emptyArray;

        PropertySet.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.keys != null && message.keys.length)
                for (let i = 0; i < message.keys.length; ++i)
                    writer.uint32(10).string(message.keys[i]);
            if (message.values != null && message.values.length)
                for (let i = 0; i < message.values.length; ++i)
                    $root.sparkplug.PropertyValue.encode(message.values[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PropertySet.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.PropertySet();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.keys && message.keys.length))
                            message.keys = [];
                        message.keys.push(reader.string());
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.values && message.values.length))
                            message.values = [];
                        message.values.push($root.sparkplug.PropertyValue.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PropertySet;
    })();

    sparkplug.PropertyValue = (function() {

        const PropertyValue = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PropertyValue.prototype.type = 0;
        PropertyValue.prototype.is_null = false;
        PropertyValue.prototype.int_value = null;
        PropertyValue.prototype.long_value = null;
        PropertyValue.prototype.float_value = null;
        PropertyValue.prototype.double_value = null;
        PropertyValue.prototype.boolean_value = null;
        PropertyValue.prototype.string_value = null;
        PropertyValue.prototype.propertyset_value = null;
        PropertyValue.prototype.propertysets_value = null;

        let $oneOfFields;

        $Object.defineProperty(PropertyValue.prototype, "value", {
            get: $util.oneOfGetter($oneOfFields = ["int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value", "propertyset_value", "propertysets_value"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        PropertyValue.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.type != null && $Object.hasOwnProperty.call(message, "type"))
                writer.uint32(8).uint32(message.type);
            if (message.is_null != null && $Object.hasOwnProperty.call(message, "is_null"))
                writer.uint32(16).bool(message.is_null);
            if (message.int_value != null && $Object.hasOwnProperty.call(message, "int_value"))
                writer.uint32(24).uint32(message.int_value);
            if (message.long_value != null && $Object.hasOwnProperty.call(message, "long_value"))
                writer.uint32(32).uint64(message.long_value);
            if (message.float_value != null && $Object.hasOwnProperty.call(message, "float_value"))
                writer.uint32(45).float(message.float_value);
            if (message.double_value != null && $Object.hasOwnProperty.call(message, "double_value"))
                writer.uint32(49).double(message.double_value);
            if (message.boolean_value != null && $Object.hasOwnProperty.call(message, "boolean_value"))
                writer.uint32(56).bool(message.boolean_value);
            if (message.string_value != null && $Object.hasOwnProperty.call(message, "string_value"))
                writer.uint32(66).string(message.string_value);
            if (message.propertyset_value != null && $Object.hasOwnProperty.call(message, "propertyset_value"))
                $root.sparkplug.PropertySet.encode(message.propertyset_value, writer.uint32(74).fork(), _depth + 1).ldelim();
            if (message.propertysets_value != null && $Object.hasOwnProperty.call(message, "propertysets_value"))
                $root.sparkplug.PropertySetList.encode(message.propertysets_value, writer.uint32(82).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PropertyValue.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.PropertyValue();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.type = reader.uint32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.is_null = reader.bool();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.int_value = reader.uint32();
                        message.value = "int_value";
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.long_value = reader.uint64();
                        message.value = "long_value";
                        continue;
                    }
                case 5: {
                        if (wireType !== 5)
                            break;
                        message.float_value = reader.float();
                        message.value = "float_value";
                        continue;
                    }
                case 6: {
                        if (wireType !== 1)
                            break;
                        message.double_value = reader.double();
                        message.value = "double_value";
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.boolean_value = reader.bool();
                        message.value = "boolean_value";
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.string_value = reader.string();
                        message.value = "string_value";
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.propertyset_value = $root.sparkplug.PropertySet.decode(reader, reader.size(), $undefined, _depth + 1, message.propertyset_value);
                        message.value = "propertyset_value";
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        message.propertysets_value = $root.sparkplug.PropertySetList.decode(reader, reader.size(), $undefined, _depth + 1, message.propertysets_value);
                        message.value = "propertysets_value";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PropertyValue;
    })();

    sparkplug.PropertySetList = (function() {

        const PropertySetList = function (properties) {
            this.propertyset = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PropertySetList.prototype.propertyset = $util.emptyArray;

        PropertySetList.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.propertyset != null && message.propertyset.length)
                for (let i = 0; i < message.propertyset.length; ++i)
                    $root.sparkplug.PropertySet.encode(message.propertyset[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PropertySetList.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.PropertySetList();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.propertyset && message.propertyset.length))
                            message.propertyset = [];
                        message.propertyset.push($root.sparkplug.PropertySet.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PropertySetList;
    })();

    sparkplug.DataSet = (function() {

        const DataSet = function (properties) {
            this.columns = [];
            this.types = [];
            this.rows = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DataSet.prototype.num_of_columns = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        DataSet.prototype.columns = $util.emptyArray;
        DataSet.prototype.types = $util.emptyArray;
        DataSet.prototype.rows = $util.emptyArray;

        DataSet.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.num_of_columns != null && $Object.hasOwnProperty.call(message, "num_of_columns"))
                writer.uint32(8).uint64(message.num_of_columns);
            if (message.columns != null && message.columns.length)
                for (let i = 0; i < message.columns.length; ++i)
                    writer.uint32(18).string(message.columns[i]);
            if (message.types != null && message.types.length)
                for (let i = 0; i < message.types.length; ++i)
                    writer.uint32(24).uint32(message.types[i]);
            if (message.rows != null && message.rows.length)
                for (let i = 0; i < message.rows.length; ++i)
                    $root.sparkplug.Row.encode(message.rows[i], writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DataSet.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.DataSet();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.num_of_columns = reader.uint64();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.columns && message.columns.length))
                            message.columns = [];
                        message.columns.push(reader.string());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.types && message.types.length))
                                message.types = [];
                            reader.uint32s(message.types);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.types && message.types.length))
                            message.types = [];
                        message.types.push(reader.uint32());
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.rows && message.rows.length))
                            message.rows = [];
                        message.rows.push($root.sparkplug.Row.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DataSet;
    })();

    sparkplug.Row = (function() {

        const Row = function (properties) {
            this.elements = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Row.prototype.elements = $util.emptyArray;

        Row.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.elements != null && message.elements.length)
                for (let i = 0; i < message.elements.length; ++i)
                    $root.sparkplug.DataSetValue.encode(message.elements[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Row.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.Row();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.elements && message.elements.length))
                            message.elements = [];
                        message.elements.push($root.sparkplug.DataSetValue.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Row;
    })();

    sparkplug.DataSetValue = (function() {

        const DataSetValue = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DataSetValue.prototype.int_value = null;
        DataSetValue.prototype.long_value = null;
        DataSetValue.prototype.float_value = null;
        DataSetValue.prototype.double_value = null;
        DataSetValue.prototype.boolean_value = null;
        DataSetValue.prototype.string_value = null;

        let $oneOfFields;

        $Object.defineProperty(DataSetValue.prototype, "value", {
            get: $util.oneOfGetter($oneOfFields = ["int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        DataSetValue.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.int_value != null && $Object.hasOwnProperty.call(message, "int_value"))
                writer.uint32(8).uint32(message.int_value);
            if (message.long_value != null && $Object.hasOwnProperty.call(message, "long_value"))
                writer.uint32(16).uint64(message.long_value);
            if (message.float_value != null && $Object.hasOwnProperty.call(message, "float_value"))
                writer.uint32(29).float(message.float_value);
            if (message.double_value != null && $Object.hasOwnProperty.call(message, "double_value"))
                writer.uint32(33).double(message.double_value);
            if (message.boolean_value != null && $Object.hasOwnProperty.call(message, "boolean_value"))
                writer.uint32(40).bool(message.boolean_value);
            if (message.string_value != null && $Object.hasOwnProperty.call(message, "string_value"))
                writer.uint32(50).string(message.string_value);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DataSetValue.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.DataSetValue();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        message.int_value = reader.uint32();
                        message.value = "int_value";
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.long_value = reader.uint64();
                        message.value = "long_value";
                        continue;
                    }
                case 3: {
                        if (wireType !== 5)
                            break;
                        message.float_value = reader.float();
                        message.value = "float_value";
                        continue;
                    }
                case 4: {
                        if (wireType !== 1)
                            break;
                        message.double_value = reader.double();
                        message.value = "double_value";
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.boolean_value = reader.bool();
                        message.value = "boolean_value";
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.string_value = reader.string();
                        message.value = "string_value";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DataSetValue;
    })();

    sparkplug.Template = (function() {

        const Template = function (properties) {
            this.metrics = [];
            this.parameters = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Template.prototype.version = "";
        Template.prototype.metrics = $util.emptyArray;
        Template.prototype.parameters = $util.emptyArray;
        Template.prototype.template_ref = "";
        Template.prototype.is_definition = false;

        Template.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
                writer.uint32(10).string(message.version);
            if (message.metrics != null && message.metrics.length)
                for (let i = 0; i < message.metrics.length; ++i)
                    $root.sparkplug.Metric.encode(message.metrics[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.parameters != null && message.parameters.length)
                for (let i = 0; i < message.parameters.length; ++i)
                    $root.sparkplug.Parameter.encode(message.parameters[i], writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.template_ref != null && $Object.hasOwnProperty.call(message, "template_ref"))
                writer.uint32(34).string(message.template_ref);
            if (message.is_definition != null && $Object.hasOwnProperty.call(message, "is_definition"))
                writer.uint32(40).bool(message.is_definition);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Template.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.Template();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.version = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.metrics && message.metrics.length))
                            message.metrics = [];
                        message.metrics.push($root.sparkplug.Metric.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.parameters && message.parameters.length))
                            message.parameters = [];
                        message.parameters.push($root.sparkplug.Parameter.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.template_ref = reader.string();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.is_definition = reader.bool();
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Template;
    })();

    sparkplug.Parameter = (function() {

        const Parameter = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Parameter.prototype.name = "";
        Parameter.prototype.type = 0;
        Parameter.prototype.int_value = null;
        Parameter.prototype.long_value = null;
        Parameter.prototype.float_value = null;
        Parameter.prototype.double_value = null;
        Parameter.prototype.boolean_value = null;
        Parameter.prototype.string_value = null;

        let $oneOfFields;

        $Object.defineProperty(Parameter.prototype, "value", {
            get: $util.oneOfGetter($oneOfFields = ["int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        Parameter.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                writer.uint32(10).string(message.name);
            if (message.type != null && $Object.hasOwnProperty.call(message, "type"))
                writer.uint32(16).uint32(message.type);
            if (message.int_value != null && $Object.hasOwnProperty.call(message, "int_value"))
                writer.uint32(24).uint32(message.int_value);
            if (message.long_value != null && $Object.hasOwnProperty.call(message, "long_value"))
                writer.uint32(32).uint64(message.long_value);
            if (message.float_value != null && $Object.hasOwnProperty.call(message, "float_value"))
                writer.uint32(45).float(message.float_value);
            if (message.double_value != null && $Object.hasOwnProperty.call(message, "double_value"))
                writer.uint32(49).double(message.double_value);
            if (message.boolean_value != null && $Object.hasOwnProperty.call(message, "boolean_value"))
                writer.uint32(56).bool(message.boolean_value);
            if (message.string_value != null && $Object.hasOwnProperty.call(message, "string_value"))
                writer.uint32(66).string(message.string_value);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Parameter.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.sparkplug.Parameter();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.name = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.type = reader.uint32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.int_value = reader.uint32();
                        message.value = "int_value";
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.long_value = reader.uint64();
                        message.value = "long_value";
                        continue;
                    }
                case 5: {
                        if (wireType !== 5)
                            break;
                        message.float_value = reader.float();
                        message.value = "float_value";
                        continue;
                    }
                case 6: {
                        if (wireType !== 1)
                            break;
                        message.double_value = reader.double();
                        message.value = "double_value";
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.boolean_value = reader.bool();
                        message.value = "boolean_value";
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.string_value = reader.string();
                        message.value = "string_value";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Parameter;
    })();

    return sparkplug;
})();

export {
  $root as default
};
