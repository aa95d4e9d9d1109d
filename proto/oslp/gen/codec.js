// Generated from oslp-0.6.1.proto by scripts/generate-proto.mjs
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["oslp"] || ($protobuf.roots["oslp"] = {});

export const oslp = $root.oslp = (() => {

    const oslp = {};

    oslp.Message = (function() {

        const Message = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Message.prototype.registerDeviceRequest = null;
        Message.prototype.registerDeviceResponse = null;
        Message.prototype.startSelfTestRequest = null;
        Message.prototype.startSelfTestResponse = null;
        Message.prototype.stopSelfTestRequest = null;
        Message.prototype.stopSelfTestResponse = null;
        Message.prototype.updateFirmwareRequest = null;
        Message.prototype.updateFirmwareResponse = null;
        Message.prototype.setLightRequest = null;
        Message.prototype.setLightResponse = null;
        Message.prototype.getStatusRequest = null;
        Message.prototype.getStatusResponse = null;
        Message.prototype.resumeScheduleRequest = null;
        Message.prototype.resumeScheduleResponse = null;
        Message.prototype.setEventNotificationsRequest = null;
        Message.prototype.setEventNotificationsResponse = null;
        Message.prototype.eventNotificationRequest = null;
        Message.prototype.eventNotificationResponse = null;
        Message.prototype.getFirmwareVersionRequest = null;
        Message.prototype.getFirmwareVersionResponse = null;
        Message.prototype.setScheduleRequest = null;
        Message.prototype.setScheduleResponse = null;
        Message.prototype.setConfigurationRequest = null;
        Message.prototype.setConfigurationResponse = null;
        Message.prototype.getPowerUsageHistoryRequest = null;
        Message.prototype.getPowerUsageHistoryResponse = null;
        Message.prototype.getActualPowerUsageRequest = null;
        Message.prototype.getActualPowerUsageResponse = null;
        Message.prototype.setRebootRequest = null;
        Message.prototype.setRebootResponse = null;
        Message.prototype.setTransitionRequest = null;
        Message.prototype.setTransitionResponse = null;
        Message.prototype.getConfigurationRequest = null;
        Message.prototype.getConfigurationResponse = null;
        Message.prototype.confirmRegisterDeviceRequest = null;
        Message.prototype.confirmRegisterDeviceResponse = null;
        Message.prototype.updateDeviceSslCertificationRequest = null;
        Message.prototype.updateDeviceSslCertificationResponse = null;
        Message.prototype.setDeviceVerificationKeyRequest = null;
        Message.prototype.setDeviceVerificationKeyResponse = null;
        Message.prototype.switchFirmwareRequest = null;
        Message.prototype.switchFirmwareResponse = null;
        Message.prototype.switchConfigurationRequest = null;
        Message.prototype.switchConfigurationResponse = null;

        Message.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.registerDeviceRequest != null && $Object.hasOwnProperty.call(message, "registerDeviceRequest"))
                $root.oslp.RegisterDeviceRequest.encode(message.registerDeviceRequest, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.registerDeviceResponse != null && $Object.hasOwnProperty.call(message, "registerDeviceResponse"))
                $root.oslp.RegisterDeviceResponse.encode(message.registerDeviceResponse, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.startSelfTestRequest != null && $Object.hasOwnProperty.call(message, "startSelfTestRequest"))
                $root.oslp.StartSelfTestRequest.encode(message.startSelfTestRequest, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.startSelfTestResponse != null && $Object.hasOwnProperty.call(message, "startSelfTestResponse"))
                $root.oslp.StartSelfTestResponse.encode(message.startSelfTestResponse, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.stopSelfTestRequest != null && $Object.hasOwnProperty.call(message, "stopSelfTestRequest"))
                $root.oslp.StopSelfTestRequest.encode(message.stopSelfTestRequest, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.stopSelfTestResponse != null && $Object.hasOwnProperty.call(message, "stopSelfTestResponse"))
                $root.oslp.StopSelfTestResponse.encode(message.stopSelfTestResponse, writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.updateFirmwareRequest != null && $Object.hasOwnProperty.call(message, "updateFirmwareRequest"))
                $root.oslp.UpdateFirmwareRequest.encode(message.updateFirmwareRequest, writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.updateFirmwareResponse != null && $Object.hasOwnProperty.call(message, "updateFirmwareResponse"))
                $root.oslp.UpdateFirmwareResponse.encode(message.updateFirmwareResponse, writer.uint32(66).fork(), _depth + 1).ldelim();
            if (message.setLightRequest != null && $Object.hasOwnProperty.call(message, "setLightRequest"))
                $root.oslp.SetLightRequest.encode(message.setLightRequest, writer.uint32(74).fork(), _depth + 1).ldelim();
            if (message.setLightResponse != null && $Object.hasOwnProperty.call(message, "setLightResponse"))
                $root.oslp.SetLightResponse.encode(message.setLightResponse, writer.uint32(82).fork(), _depth + 1).ldelim();
            if (message.getStatusRequest != null && $Object.hasOwnProperty.call(message, "getStatusRequest"))
                $root.oslp.GetStatusRequest.encode(message.getStatusRequest, writer.uint32(90).fork(), _depth + 1).ldelim();
            if (message.getStatusResponse != null && $Object.hasOwnProperty.call(message, "getStatusResponse"))
                $root.oslp.GetStatusResponse.encode(message.getStatusResponse, writer.uint32(98).fork(), _depth + 1).ldelim();
            if (message.resumeScheduleRequest != null && $Object.hasOwnProperty.call(message, "resumeScheduleRequest"))
                $root.oslp.ResumeScheduleRequest.encode(message.resumeScheduleRequest, writer.uint32(106).fork(), _depth + 1).ldelim();
            if (message.resumeScheduleResponse != null && $Object.hasOwnProperty.call(message, "resumeScheduleResponse"))
                $root.oslp.ResumeScheduleResponse.encode(message.resumeScheduleResponse, writer.uint32(114).fork(), _depth + 1).ldelim();
            if (message.setEventNotificationsRequest != null && $Object.hasOwnProperty.call(message, "setEventNotificationsRequest"))
                $root.oslp.SetEventNotificationsRequest.encode(message.setEventNotificationsRequest, writer.uint32(122).fork(), _depth + 1).ldelim();
            if (message.setEventNotificationsResponse != null && $Object.hasOwnProperty.call(message, "setEventNotificationsResponse"))
                $root.oslp.SetEventNotificationsResponse.encode(message.setEventNotificationsResponse, writer.uint32(130).fork(), _depth + 1).ldelim();
            if (message.eventNotificationRequest != null && $Object.hasOwnProperty.call(message, "eventNotificationRequest"))
                $root.oslp.EventNotificationRequest.encode(message.eventNotificationRequest, writer.uint32(138).fork(), _depth + 1).ldelim();
            if (message.eventNotificationResponse != null && $Object.hasOwnProperty.call(message, "eventNotificationResponse"))
                $root.oslp.EventNotificationResponse.encode(message.eventNotificationResponse, writer.uint32(146).fork(), _depth + 1).ldelim();
            if (message.getFirmwareVersionRequest != null && $Object.hasOwnProperty.call(message, "getFirmwareVersionRequest"))
                $root.oslp.GetFirmwareVersionRequest.encode(message.getFirmwareVersionRequest, writer.uint32(154).fork(), _depth + 1).ldelim();
            if (message.getFirmwareVersionResponse != null && $Object.hasOwnProperty.call(message, "getFirmwareVersionResponse"))
                $root.oslp.GetFirmwareVersionResponse.encode(message.getFirmwareVersionResponse, writer.uint32(162).fork(), _depth + 1).ldelim();
            if (message.setScheduleRequest != null && $Object.hasOwnProperty.call(message, "setScheduleRequest"))
                $root.oslp.SetScheduleRequest.encode(message.setScheduleRequest, writer.uint32(170).fork(), _depth + 1).ldelim();
            if (message.setScheduleResponse != null && $Object.hasOwnProperty.call(message, "setScheduleResponse"))
                $root.oslp.SetScheduleResponse.encode(message.setScheduleResponse, writer.uint32(178).fork(), _depth + 1).ldelim();
            if (message.setConfigurationRequest != null && $Object.hasOwnProperty.call(message, "setConfigurationRequest"))
                $root.oslp.SetConfigurationRequest.encode(message.setConfigurationRequest, writer.uint32(202).fork(), _depth + 1).ldelim();
            if (message.setConfigurationResponse != null && $Object.hasOwnProperty.call(message, "setConfigurationResponse"))
                $root.oslp.SetConfigurationResponse.encode(message.setConfigurationResponse, writer.uint32(210).fork(), _depth + 1).ldelim();
            if (message.getPowerUsageHistoryRequest != null && $Object.hasOwnProperty.call(message, "getPowerUsageHistoryRequest"))
                $root.oslp.GetPowerUsageHistoryRequest.encode(message.getPowerUsageHistoryRequest, writer.uint32(218).fork(), _depth + 1).ldelim();
            if (message.getPowerUsageHistoryResponse != null && $Object.hasOwnProperty.call(message, "getPowerUsageHistoryResponse"))
                $root.oslp.GetPowerUsageHistoryResponse.encode(message.getPowerUsageHistoryResponse, writer.uint32(226).fork(), _depth + 1).ldelim();
            if (message.getActualPowerUsageRequest != null && $Object.hasOwnProperty.call(message, "getActualPowerUsageRequest"))
                $root.oslp.GetActualPowerUsageRequest.encode(message.getActualPowerUsageRequest, writer.uint32(234).fork(), _depth + 1).ldelim();
            if (message.getActualPowerUsageResponse != null && $Object.hasOwnProperty.call(message, "getActualPowerUsageResponse"))
                $root.oslp.GetActualPowerUsageResponse.encode(message.getActualPowerUsageResponse, writer.uint32(242).fork(), _depth + 1).ldelim();
            if (message.setRebootRequest != null && $Object.hasOwnProperty.call(message, "setRebootRequest"))
                $root.oslp.SetRebootRequest.encode(message.setRebootRequest, writer.uint32(250).fork(), _depth + 1).ldelim();
            if (message.setRebootResponse != null && $Object.hasOwnProperty.call(message, "setRebootResponse"))
                $root.oslp.SetRebootResponse.encode(message.setRebootResponse, writer.uint32(258).fork(), _depth + 1).ldelim();
            if (message.setTransitionRequest != null && $Object.hasOwnProperty.call(message, "setTransitionRequest"))
                $root.oslp.SetTransitionRequest.encode(message.setTransitionRequest, writer.uint32(266).fork(), _depth + 1).ldelim();
            if (message.setTransitionResponse != null && $Object.hasOwnProperty.call(message, "setTransitionResponse"))
                $root.oslp.SetTransitionResponse.encode(message.setTransitionResponse, writer.uint32(274).fork(), _depth + 1).ldelim();
            if (message.getConfigurationRequest != null && $Object.hasOwnProperty.call(message, "getConfigurationRequest"))
                $root.oslp.GetConfigurationRequest.encode(message.getConfigurationRequest, writer.uint32(282).fork(), _depth + 1).ldelim();
            if (message.getConfigurationResponse != null && $Object.hasOwnProperty.call(message, "getConfigurationResponse"))
                $root.oslp.GetConfigurationResponse.encode(message.getConfigurationResponse, writer.uint32(290).fork(), _depth + 1).ldelim();
            if (message.confirmRegisterDeviceRequest != null && $Object.hasOwnProperty.call(message, "confirmRegisterDeviceRequest"))
                $root.oslp.ConfirmRegisterDeviceRequest.encode(message.confirmRegisterDeviceRequest, writer.uint32(298).fork(), _depth + 1).ldelim();
            if (message.confirmRegisterDeviceResponse != null && $Object.hasOwnProperty.call(message, "confirmRegisterDeviceResponse"))
                $root.oslp.ConfirmRegisterDeviceResponse.encode(message.confirmRegisterDeviceResponse, writer.uint32(306).fork(), _depth + 1).ldelim();
            if (message.updateDeviceSslCertificationRequest != null && $Object.hasOwnProperty.call(message, "updateDeviceSslCertificationRequest"))
                $root.oslp.UpdateDeviceSslCertificationRequest.encode(message.updateDeviceSslCertificationRequest, writer.uint32(314).fork(), _depth + 1).ldelim();
            if (message.updateDeviceSslCertificationResponse != null && $Object.hasOwnProperty.call(message, "updateDeviceSslCertificationResponse"))
                $root.oslp.UpdateDeviceSslCertificationResponse.encode(message.updateDeviceSslCertificationResponse, writer.uint32(322).fork(), _depth + 1).ldelim();
            if (message.setDeviceVerificationKeyRequest != null && $Object.hasOwnProperty.call(message, "setDeviceVerificationKeyRequest"))
                $root.oslp.SetDeviceVerificationKeyRequest.encode(message.setDeviceVerificationKeyRequest, writer.uint32(330).fork(), _depth + 1).ldelim();
            if (message.setDeviceVerificationKeyResponse != null && $Object.hasOwnProperty.call(message, "setDeviceVerificationKeyResponse"))
                $root.oslp.SetDeviceVerificationKeyResponse.encode(message.setDeviceVerificationKeyResponse, writer.uint32(338).fork(), _depth + 1).ldelim();
            if (message.switchFirmwareRequest != null && $Object.hasOwnProperty.call(message, "switchFirmwareRequest"))
                $root.oslp.SwitchFirmwareRequest.encode(message.switchFirmwareRequest, writer.uint32(346).fork(), _depth + 1).ldelim();
            if (message.switchFirmwareResponse != null && $Object.hasOwnProperty.call(message, "switchFirmwareResponse"))
                $root.oslp.SwitchFirmwareResponse.encode(message.switchFirmwareResponse, writer.uint32(354).fork(), _depth + 1).ldelim();
            if (message.switchConfigurationRequest != null && $Object.hasOwnProperty.call(message, "switchConfigurationRequest"))
                $root.oslp.SwitchConfigurationRequest.encode(message.switchConfigurationRequest, writer.uint32(362).fork(), _depth + 1).ldelim();
            if (message.switchConfigurationResponse != null && $Object.hasOwnProperty.call(message, "switchConfigurationResponse"))
                $root.oslp.SwitchConfigurationResponse.encode(message.switchConfigurationResponse, writer.uint32(370).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Message.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.Message();
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
                        message.registerDeviceRequest = $root.oslp.RegisterDeviceRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.registerDeviceRequest);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.registerDeviceResponse = $root.oslp.RegisterDeviceResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.registerDeviceResponse);
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.startSelfTestRequest = $root.oslp.StartSelfTestRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.startSelfTestRequest);
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.startSelfTestResponse = $root.oslp.StartSelfTestResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.startSelfTestResponse);
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.stopSelfTestRequest = $root.oslp.StopSelfTestRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.stopSelfTestRequest);
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.stopSelfTestResponse = $root.oslp.StopSelfTestResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.stopSelfTestResponse);
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.updateFirmwareRequest = $root.oslp.UpdateFirmwareRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.updateFirmwareRequest);
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.updateFirmwareResponse = $root.oslp.UpdateFirmwareResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.updateFirmwareResponse);
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.setLightRequest = $root.oslp.SetLightRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setLightRequest);
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        message.setLightResponse = $root.oslp.SetLightResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setLightResponse);
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        message.getStatusRequest = $root.oslp.GetStatusRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.getStatusRequest);
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.getStatusResponse = $root.oslp.GetStatusResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.getStatusResponse);
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        message.resumeScheduleRequest = $root.oslp.ResumeScheduleRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.resumeScheduleRequest);
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        message.resumeScheduleResponse = $root.oslp.ResumeScheduleResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.resumeScheduleResponse);
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        message.setEventNotificationsRequest = $root.oslp.SetEventNotificationsRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setEventNotificationsRequest);
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        message.setEventNotificationsResponse = $root.oslp.SetEventNotificationsResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setEventNotificationsResponse);
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        message.eventNotificationRequest = $root.oslp.EventNotificationRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.eventNotificationRequest);
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.eventNotificationResponse = $root.oslp.EventNotificationResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.eventNotificationResponse);
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        message.getFirmwareVersionRequest = $root.oslp.GetFirmwareVersionRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.getFirmwareVersionRequest);
                        continue;
                    }
                case 20: {
                        if (wireType !== 2)
                            break;
                        message.getFirmwareVersionResponse = $root.oslp.GetFirmwareVersionResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.getFirmwareVersionResponse);
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        message.setScheduleRequest = $root.oslp.SetScheduleRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setScheduleRequest);
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        message.setScheduleResponse = $root.oslp.SetScheduleResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setScheduleResponse);
                        continue;
                    }
                case 25: {
                        if (wireType !== 2)
                            break;
                        message.setConfigurationRequest = $root.oslp.SetConfigurationRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setConfigurationRequest);
                        continue;
                    }
                case 26: {
                        if (wireType !== 2)
                            break;
                        message.setConfigurationResponse = $root.oslp.SetConfigurationResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setConfigurationResponse);
                        continue;
                    }
                case 27: {
                        if (wireType !== 2)
                            break;
                        message.getPowerUsageHistoryRequest = $root.oslp.GetPowerUsageHistoryRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.getPowerUsageHistoryRequest);
                        continue;
                    }
                case 28: {
                        if (wireType !== 2)
                            break;
                        message.getPowerUsageHistoryResponse = $root.oslp.GetPowerUsageHistoryResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.getPowerUsageHistoryResponse);
                        continue;
                    }
                case 29: {
                        if (wireType !== 2)
                            break;
                        message.getActualPowerUsageRequest = $root.oslp.GetActualPowerUsageRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.getActualPowerUsageRequest);
                        continue;
                    }
                case 30: {
                        if (wireType !== 2)
                            break;
                        message.getActualPowerUsageResponse = $root.oslp.GetActualPowerUsageResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.getActualPowerUsageResponse);
                        continue;
                    }
                case 31: {
                        if (wireType !== 2)
                            break;
                        message.setRebootRequest = $root.oslp.SetRebootRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setRebootRequest);
                        continue;
                    }
                case 32: {
                        if (wireType !== 2)
                            break;
                        message.setRebootResponse = $root.oslp.SetRebootResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setRebootResponse);
                        continue;
                    }
                case 33: {
                        if (wireType !== 2)
                            break;
                        message.setTransitionRequest = $root.oslp.SetTransitionRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setTransitionRequest);
                        continue;
                    }
                case 34: {
                        if (wireType !== 2)
                            break;
                        message.setTransitionResponse = $root.oslp.SetTransitionResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setTransitionResponse);
                        continue;
                    }
                case 35: {
                        if (wireType !== 2)
                            break;
                        message.getConfigurationRequest = $root.oslp.GetConfigurationRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.getConfigurationRequest);
                        continue;
                    }
                case 36: {
                        if (wireType !== 2)
                            break;
                        message.getConfigurationResponse = $root.oslp.GetConfigurationResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.getConfigurationResponse);
                        continue;
                    }
                case 37: {
                        if (wireType !== 2)
                            break;
                        message.confirmRegisterDeviceRequest = $root.oslp.ConfirmRegisterDeviceRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.confirmRegisterDeviceRequest);
                        continue;
                    }
                case 38: {
                        if (wireType !== 2)
                            break;
                        message.confirmRegisterDeviceResponse = $root.oslp.ConfirmRegisterDeviceResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.confirmRegisterDeviceResponse);
                        continue;
                    }
                case 39: {
                        if (wireType !== 2)
                            break;
                        message.updateDeviceSslCertificationRequest = $root.oslp.UpdateDeviceSslCertificationRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.updateDeviceSslCertificationRequest);
                        continue;
                    }
                case 40: {
                        if (wireType !== 2)
                            break;
                        message.updateDeviceSslCertificationResponse = $root.oslp.UpdateDeviceSslCertificationResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.updateDeviceSslCertificationResponse);
                        continue;
                    }
                case 41: {
                        if (wireType !== 2)
                            break;
                        message.setDeviceVerificationKeyRequest = $root.oslp.SetDeviceVerificationKeyRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.setDeviceVerificationKeyRequest);
                        continue;
                    }
                case 42: {
                        if (wireType !== 2)
                            break;
                        message.setDeviceVerificationKeyResponse = $root.oslp.SetDeviceVerificationKeyResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.setDeviceVerificationKeyResponse);
                        continue;
                    }
                case 43: {
                        if (wireType !== 2)
                            break;
                        message.switchFirmwareRequest = $root.oslp.SwitchFirmwareRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.switchFirmwareRequest);
                        continue;
                    }
                case 44: {
                        if (wireType !== 2)
                            break;
                        message.switchFirmwareResponse = $root.oslp.SwitchFirmwareResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.switchFirmwareResponse);
                        continue;
                    }
                case 45: {
                        if (wireType !== 2)
                            break;
                        message.switchConfigurationRequest = $root.oslp.SwitchConfigurationRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.switchConfigurationRequest);
                        continue;
                    }
                case 46: {
                        if (wireType !== 2)
                            break;
                        message.switchConfigurationResponse = $root.oslp.SwitchConfigurationResponse.decode(reader, reader.size(), $undefined, _depth + 1, message.switchConfigurationResponse);
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

        return Message;
    })();

    oslp.RegisterDeviceRequest = (function() {

        const RegisterDeviceRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RegisterDeviceRequest.prototype.deviceIdentification = "";
        RegisterDeviceRequest.prototype.ipAddress = $util.newBuffer([]);
        RegisterDeviceRequest.prototype.deviceType = 0;
        RegisterDeviceRequest.prototype.hasSchedule = false;
        RegisterDeviceRequest.prototype.randomDevice = 0;

        RegisterDeviceRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.deviceIdentification);
            writer.uint32(18).bytes(message.ipAddress);
            writer.uint32(24).int32(message.deviceType);
            writer.uint32(32).bool(message.hasSchedule);
            writer.uint32(40).uint32(message.randomDevice);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RegisterDeviceRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.RegisterDeviceRequest();
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
                        message.deviceIdentification = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.ipAddress = reader.bytes();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.deviceType = reader.int32();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.hasSchedule = reader.bool();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.randomDevice = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "deviceIdentification"))
                throw $util.ProtocolError("missing required 'deviceIdentification'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "ipAddress"))
                throw $util.ProtocolError("missing required 'ipAddress'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "deviceType"))
                throw $util.ProtocolError("missing required 'deviceType'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "hasSchedule"))
                throw $util.ProtocolError("missing required 'hasSchedule'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "randomDevice"))
                throw $util.ProtocolError("missing required 'randomDevice'", { instance: message });
            return message;
        };

        return RegisterDeviceRequest;
    })();

    oslp.RegisterDeviceResponse = (function() {

        const RegisterDeviceResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RegisterDeviceResponse.prototype.status = 0;
        RegisterDeviceResponse.prototype.currentTime = "";
        RegisterDeviceResponse.prototype.randomDevice = 0;
        RegisterDeviceResponse.prototype.randomPlatform = 0;
        RegisterDeviceResponse.prototype.locationInfo = null;

        RegisterDeviceResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            writer.uint32(18).string(message.currentTime);
            writer.uint32(24).uint32(message.randomDevice);
            writer.uint32(32).uint32(message.randomPlatform);
            if (message.locationInfo != null && $Object.hasOwnProperty.call(message, "locationInfo"))
                $root.oslp.LocationInfo.encode(message.locationInfo, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RegisterDeviceResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.RegisterDeviceResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.currentTime = reader.string();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.randomDevice = reader.uint32();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.randomPlatform = reader.uint32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.locationInfo = $root.oslp.LocationInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.locationInfo);
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "currentTime"))
                throw $util.ProtocolError("missing required 'currentTime'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "randomDevice"))
                throw $util.ProtocolError("missing required 'randomDevice'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "randomPlatform"))
                throw $util.ProtocolError("missing required 'randomPlatform'", { instance: message });
            return message;
        };

        return RegisterDeviceResponse;
    })();

    oslp.StartSelfTestRequest = (function() {

        const StartSelfTestRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        StartSelfTestRequest.prototype.present = true;

        StartSelfTestRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        StartSelfTestRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.StartSelfTestRequest();
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
                        message.present = reader.bool();
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

        return StartSelfTestRequest;
    })();

    oslp.StartSelfTestResponse = (function() {

        const StartSelfTestResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        StartSelfTestResponse.prototype.status = 0;

        StartSelfTestResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        StartSelfTestResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.StartSelfTestResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return StartSelfTestResponse;
    })();

    oslp.StopSelfTestRequest = (function() {

        const StopSelfTestRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        StopSelfTestRequest.prototype.present = true;

        StopSelfTestRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        StopSelfTestRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.StopSelfTestRequest();
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
                        message.present = reader.bool();
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

        return StopSelfTestRequest;
    })();

    oslp.StopSelfTestResponse = (function() {

        const StopSelfTestResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        StopSelfTestResponse.prototype.status = 0;
        StopSelfTestResponse.prototype.selfTestResult = $util.newBuffer([]);

        StopSelfTestResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            writer.uint32(18).bytes(message.selfTestResult);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        StopSelfTestResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.StopSelfTestResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.selfTestResult = reader.bytes();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "selfTestResult"))
                throw $util.ProtocolError("missing required 'selfTestResult'", { instance: message });
            return message;
        };

        return StopSelfTestResponse;
    })();

    oslp.GetFirmwareVersionRequest = (function() {

        const GetFirmwareVersionRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetFirmwareVersionRequest.prototype.present = true;

        GetFirmwareVersionRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetFirmwareVersionRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetFirmwareVersionRequest();
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
                        message.present = reader.bool();
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

        return GetFirmwareVersionRequest;
    })();

    oslp.GetFirmwareVersionResponse = (function() {

        const GetFirmwareVersionResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetFirmwareVersionResponse.prototype.firmwareVersion = "";

        GetFirmwareVersionResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.firmwareVersion);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetFirmwareVersionResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetFirmwareVersionResponse();
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
                        message.firmwareVersion = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "firmwareVersion"))
                throw $util.ProtocolError("missing required 'firmwareVersion'", { instance: message });
            return message;
        };

        return GetFirmwareVersionResponse;
    })();

    oslp.UpdateFirmwareRequest = (function() {

        const UpdateFirmwareRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UpdateFirmwareRequest.prototype.firmwareDomain = "";
        UpdateFirmwareRequest.prototype.firmwareUrl = "";

        UpdateFirmwareRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.firmwareDomain);
            writer.uint32(18).string(message.firmwareUrl);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UpdateFirmwareRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.UpdateFirmwareRequest();
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
                        message.firmwareDomain = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.firmwareUrl = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "firmwareDomain"))
                throw $util.ProtocolError("missing required 'firmwareDomain'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "firmwareUrl"))
                throw $util.ProtocolError("missing required 'firmwareUrl'", { instance: message });
            return message;
        };

        return UpdateFirmwareRequest;
    })();

    oslp.UpdateFirmwareResponse = (function() {

        const UpdateFirmwareResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UpdateFirmwareResponse.prototype.status = 0;

        UpdateFirmwareResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UpdateFirmwareResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.UpdateFirmwareResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return UpdateFirmwareResponse;
    })();

    oslp.SwitchFirmwareRequest = (function() {

        const SwitchFirmwareRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SwitchFirmwareRequest.prototype.newFirmwareVersion = "";

        SwitchFirmwareRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.newFirmwareVersion);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SwitchFirmwareRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SwitchFirmwareRequest();
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
                        message.newFirmwareVersion = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "newFirmwareVersion"))
                throw $util.ProtocolError("missing required 'newFirmwareVersion'", { instance: message });
            return message;
        };

        return SwitchFirmwareRequest;
    })();

    oslp.SwitchFirmwareResponse = (function() {

        const SwitchFirmwareResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SwitchFirmwareResponse.prototype.status = 0;

        SwitchFirmwareResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SwitchFirmwareResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SwitchFirmwareResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SwitchFirmwareResponse;
    })();

    oslp.SetLightRequest = (function() {

        const SetLightRequest = function (properties) {
            this.values = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetLightRequest.prototype.values = $util.emptyArray;

        SetLightRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.values != null && message.values.length)
                for (let i = 0; i < message.values.length; ++i)
                    $root.oslp.LightValue.encode(message.values[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetLightRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetLightRequest();
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
                        if (!(message.values && message.values.length))
                            message.values = [];
                        message.values.push($root.oslp.LightValue.decode(reader, reader.size(), $undefined, _depth + 1));
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

        return SetLightRequest;
    })();

    oslp.SetLightResponse = (function() {

        const SetLightResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetLightResponse.prototype.status = 0;

        SetLightResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetLightResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetLightResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetLightResponse;
    })();

    oslp.GetStatusRequest = (function() {

        const GetStatusRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetStatusRequest.prototype.present = true;

        GetStatusRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetStatusRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetStatusRequest();
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
                        message.present = reader.bool();
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

        return GetStatusRequest;
    })();

    oslp.GetStatusResponse = (function() {

        const GetStatusResponse = function (properties) {
            this.value = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetStatusResponse.prototype.status = 0;
        GetStatusResponse.prototype.value = $util.emptyArray;
        GetStatusResponse.prototype.preferredLinktype = 0;
        GetStatusResponse.prototype.actualLinktype = 0;
        GetStatusResponse.prototype.lightType = 0;
        GetStatusResponse.prototype.eventNotificationMask = 0;
        GetStatusResponse.prototype.numberOfOutputs = 0;
        GetStatusResponse.prototype.dcOutputVoltageMaximum = 0;
        GetStatusResponse.prototype.dcOutputVoltageCurrent = 0;
        GetStatusResponse.prototype.maximumOutputPowerOnDcOutput = 0;
        GetStatusResponse.prototype.serialNumber = $util.newBuffer([]);
        GetStatusResponse.prototype.macAddress = $util.newBuffer([]);
        GetStatusResponse.prototype.hardwareId = "";
        GetStatusResponse.prototype.internalFlashMemSize = 0;
        GetStatusResponse.prototype.externalFlashMemSize = 0;
        GetStatusResponse.prototype.lastInternalTestResultCode = 0;
        GetStatusResponse.prototype.startupCounter = 0;
        GetStatusResponse.prototype.bootLoaderVersion = "";
        GetStatusResponse.prototype.firmwareVersion = "";
        GetStatusResponse.prototype.currentConfigurationBackUsed = $util.newBuffer([]);
        GetStatusResponse.prototype.name = "";
        GetStatusResponse.prototype.currentTime = "";
        GetStatusResponse.prototype.currentIp = "";

        GetStatusResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.value != null && message.value.length)
                for (let i = 0; i < message.value.length; ++i)
                    $root.oslp.LightValue.encode(message.value[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            writer.uint32(24).int32(message.preferredLinktype);
            writer.uint32(32).int32(message.actualLinktype);
            writer.uint32(40).int32(message.lightType);
            writer.uint32(48).uint32(message.eventNotificationMask);
            if (message.numberOfOutputs != null && $Object.hasOwnProperty.call(message, "numberOfOutputs"))
                writer.uint32(56).uint32(message.numberOfOutputs);
            if (message.dcOutputVoltageMaximum != null && $Object.hasOwnProperty.call(message, "dcOutputVoltageMaximum"))
                writer.uint32(64).uint32(message.dcOutputVoltageMaximum);
            if (message.dcOutputVoltageCurrent != null && $Object.hasOwnProperty.call(message, "dcOutputVoltageCurrent"))
                writer.uint32(72).uint32(message.dcOutputVoltageCurrent);
            if (message.maximumOutputPowerOnDcOutput != null && $Object.hasOwnProperty.call(message, "maximumOutputPowerOnDcOutput"))
                writer.uint32(80).uint32(message.maximumOutputPowerOnDcOutput);
            if (message.serialNumber != null && $Object.hasOwnProperty.call(message, "serialNumber"))
                writer.uint32(90).bytes(message.serialNumber);
            if (message.macAddress != null && $Object.hasOwnProperty.call(message, "macAddress"))
                writer.uint32(98).bytes(message.macAddress);
            if (message.hardwareId != null && $Object.hasOwnProperty.call(message, "hardwareId"))
                writer.uint32(106).string(message.hardwareId);
            if (message.internalFlashMemSize != null && $Object.hasOwnProperty.call(message, "internalFlashMemSize"))
                writer.uint32(112).uint32(message.internalFlashMemSize);
            if (message.externalFlashMemSize != null && $Object.hasOwnProperty.call(message, "externalFlashMemSize"))
                writer.uint32(120).uint32(message.externalFlashMemSize);
            if (message.lastInternalTestResultCode != null && $Object.hasOwnProperty.call(message, "lastInternalTestResultCode"))
                writer.uint32(128).uint32(message.lastInternalTestResultCode);
            if (message.startupCounter != null && $Object.hasOwnProperty.call(message, "startupCounter"))
                writer.uint32(136).uint32(message.startupCounter);
            if (message.bootLoaderVersion != null && $Object.hasOwnProperty.call(message, "bootLoaderVersion"))
                writer.uint32(146).string(message.bootLoaderVersion);
            if (message.firmwareVersion != null && $Object.hasOwnProperty.call(message, "firmwareVersion"))
                writer.uint32(154).string(message.firmwareVersion);
            if (message.currentConfigurationBackUsed != null && $Object.hasOwnProperty.call(message, "currentConfigurationBackUsed"))
                writer.uint32(162).bytes(message.currentConfigurationBackUsed);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                writer.uint32(170).string(message.name);
            if (message.currentTime != null && $Object.hasOwnProperty.call(message, "currentTime"))
                writer.uint32(178).string(message.currentTime);
            if (message.currentIp != null && $Object.hasOwnProperty.call(message, "currentIp"))
                writer.uint32(186).string(message.currentIp);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetStatusResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetStatusResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.value && message.value.length))
                            message.value = [];
                        message.value.push($root.oslp.LightValue.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.preferredLinktype = reader.int32();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.actualLinktype = reader.int32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.lightType = reader.int32();
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        message.eventNotificationMask = reader.uint32();
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.numberOfOutputs = reader.uint32();
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        message.dcOutputVoltageMaximum = reader.uint32();
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        message.dcOutputVoltageCurrent = reader.uint32();
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        message.maximumOutputPowerOnDcOutput = reader.uint32();
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        message.serialNumber = reader.bytes();
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.macAddress = reader.bytes();
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        message.hardwareId = reader.string();
                        continue;
                    }
                case 14: {
                        if (wireType !== 0)
                            break;
                        message.internalFlashMemSize = reader.uint32();
                        continue;
                    }
                case 15: {
                        if (wireType !== 0)
                            break;
                        message.externalFlashMemSize = reader.uint32();
                        continue;
                    }
                case 16: {
                        if (wireType !== 0)
                            break;
                        message.lastInternalTestResultCode = reader.uint32();
                        continue;
                    }
                case 17: {
                        if (wireType !== 0)
                            break;
                        message.startupCounter = reader.uint32();
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.bootLoaderVersion = reader.string();
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        message.firmwareVersion = reader.string();
                        continue;
                    }
                case 20: {
                        if (wireType !== 2)
                            break;
                        message.currentConfigurationBackUsed = reader.bytes();
                        continue;
                    }
                case 21: {
                        if (wireType !== 2)
                            break;
                        message.name = reader.string();
                        continue;
                    }
                case 22: {
                        if (wireType !== 2)
                            break;
                        message.currentTime = reader.string();
                        continue;
                    }
                case 23: {
                        if (wireType !== 2)
                            break;
                        message.currentIp = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "preferredLinktype"))
                throw $util.ProtocolError("missing required 'preferredLinktype'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualLinktype"))
                throw $util.ProtocolError("missing required 'actualLinktype'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "lightType"))
                throw $util.ProtocolError("missing required 'lightType'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "eventNotificationMask"))
                throw $util.ProtocolError("missing required 'eventNotificationMask'", { instance: message });
            return message;
        };

        return GetStatusResponse;
    })();

    oslp.ResumeScheduleRequest = (function() {

        const ResumeScheduleRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ResumeScheduleRequest.prototype.index = $util.newBuffer([]);
        ResumeScheduleRequest.prototype.immediate = false;

        ResumeScheduleRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.index != null && $Object.hasOwnProperty.call(message, "index"))
                writer.uint32(10).bytes(message.index);
            writer.uint32(16).bool(message.immediate);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ResumeScheduleRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.ResumeScheduleRequest();
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
                        message.index = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.immediate = reader.bool();
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
            if (!$Object.hasOwnProperty.call(message, "immediate"))
                throw $util.ProtocolError("missing required 'immediate'", { instance: message });
            return message;
        };

        return ResumeScheduleRequest;
    })();

    oslp.ResumeScheduleResponse = (function() {

        const ResumeScheduleResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ResumeScheduleResponse.prototype.status = 0;

        ResumeScheduleResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ResumeScheduleResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.ResumeScheduleResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return ResumeScheduleResponse;
    })();

    oslp.SetRebootRequest = (function() {

        const SetRebootRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetRebootRequest.prototype.present = true;

        SetRebootRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetRebootRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetRebootRequest();
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
                        message.present = reader.bool();
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

        return SetRebootRequest;
    })();

    oslp.SetRebootResponse = (function() {

        const SetRebootResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetRebootResponse.prototype.status = 0;

        SetRebootResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetRebootResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetRebootResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetRebootResponse;
    })();

    oslp.SetTransitionRequest = (function() {

        const SetTransitionRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetTransitionRequest.prototype.transitionType = 0;
        SetTransitionRequest.prototype.time = "";

        SetTransitionRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.transitionType);
            if (message.time != null && $Object.hasOwnProperty.call(message, "time"))
                writer.uint32(18).string(message.time);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetTransitionRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetTransitionRequest();
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
                        message.transitionType = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.time = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "transitionType"))
                throw $util.ProtocolError("missing required 'transitionType'", { instance: message });
            return message;
        };

        return SetTransitionRequest;
    })();

    oslp.SetTransitionResponse = (function() {

        const SetTransitionResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetTransitionResponse.prototype.status = 0;

        SetTransitionResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetTransitionResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetTransitionResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetTransitionResponse;
    })();

    oslp.SetEventNotificationsRequest = (function() {

        const SetEventNotificationsRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetEventNotificationsRequest.prototype.NotificationMask = 0;

        SetEventNotificationsRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).uint32(message.NotificationMask);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetEventNotificationsRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetEventNotificationsRequest();
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
                        message.NotificationMask = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "NotificationMask"))
                throw $util.ProtocolError("missing required 'NotificationMask'", { instance: message });
            return message;
        };

        return SetEventNotificationsRequest;
    })();

    oslp.SetEventNotificationsResponse = (function() {

        const SetEventNotificationsResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetEventNotificationsResponse.prototype.status = 0;

        SetEventNotificationsResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetEventNotificationsResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetEventNotificationsResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetEventNotificationsResponse;
    })();

    oslp.EventNotificationRequest = (function() {

        const EventNotificationRequest = function (properties) {
            this.notifications = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        EventNotificationRequest.prototype.notifications = $util.emptyArray;

        EventNotificationRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.notifications != null && message.notifications.length)
                for (let i = 0; i < message.notifications.length; ++i)
                    $root.oslp.EventNotification.encode(message.notifications[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        EventNotificationRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.EventNotificationRequest();
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
                        if (!(message.notifications && message.notifications.length))
                            message.notifications = [];
                        message.notifications.push($root.oslp.EventNotification.decode(reader, reader.size(), $undefined, _depth + 1));
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

        return EventNotificationRequest;
    })();

    oslp.EventNotificationResponse = (function() {

        const EventNotificationResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        EventNotificationResponse.prototype.status = 0;

        EventNotificationResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        EventNotificationResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.EventNotificationResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return EventNotificationResponse;
    })();

    oslp.SetScheduleRequest = (function() {

        const SetScheduleRequest = function (properties) {
            this.schedules = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetScheduleRequest.prototype.schedules = $util.emptyArray;
        SetScheduleRequest.prototype.pageInfo = null;
        SetScheduleRequest.prototype.scheduleType = 0;

        SetScheduleRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.schedules != null && message.schedules.length)
                for (let i = 0; i < message.schedules.length; ++i)
                    $root.oslp.Schedule.encode(message.schedules[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.pageInfo != null && $Object.hasOwnProperty.call(message, "pageInfo"))
                $root.oslp.PageInfo.encode(message.pageInfo, writer.uint32(18).fork(), _depth + 1).ldelim();
            writer.uint32(24).int32(message.scheduleType);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetScheduleRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetScheduleRequest();
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
                        if (!(message.schedules && message.schedules.length))
                            message.schedules = [];
                        message.schedules.push($root.oslp.Schedule.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.pageInfo = $root.oslp.PageInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.pageInfo);
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.scheduleType = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "scheduleType"))
                throw $util.ProtocolError("missing required 'scheduleType'", { instance: message });
            return message;
        };

        return SetScheduleRequest;
    })();

    oslp.SetScheduleResponse = (function() {

        const SetScheduleResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetScheduleResponse.prototype.status = 0;

        SetScheduleResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetScheduleResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetScheduleResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetScheduleResponse;
    })();

    oslp.SetConfigurationRequest = (function() {

        const SetConfigurationRequest = function (properties) {
            this.switchingDelay = [];
            this.relayLinking = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetConfigurationRequest.prototype.lightType = 0;
        SetConfigurationRequest.prototype.daliConfiguration = null;
        SetConfigurationRequest.prototype.relayConfiguration = null;
        SetConfigurationRequest.prototype.shortTermHistoryIntervalMinutes = 0;
        SetConfigurationRequest.prototype.preferredLinkType = 0;
        SetConfigurationRequest.prototype.meterType = 0;
        SetConfigurationRequest.prototype.longTermHistoryInterval = 0;
        SetConfigurationRequest.prototype.longTermHistoryIntervalType = 0;
        SetConfigurationRequest.prototype.timeSyncFrequency = 86400;
        SetConfigurationRequest.prototype.deviceFixIpValue = $util.newBuffer([]);
        SetConfigurationRequest.prototype.netMask = $util.newBuffer([]);
        SetConfigurationRequest.prototype.gateWay = $util.newBuffer([]);
        SetConfigurationRequest.prototype.isDhcpEnabled = true;
        SetConfigurationRequest.prototype.communicationTimeout = 20;
        SetConfigurationRequest.prototype.communicationNumberOfRetries = 3;
        SetConfigurationRequest.prototype.communicationPauseTimeBetweenConnectionTrials = 60;
        SetConfigurationRequest.prototype.ospgIpAddress = $util.newBuffer([]);
        SetConfigurationRequest.prototype.osgpPortNumber = 0;
        SetConfigurationRequest.prototype.isTestButtonEnabled = true;
        SetConfigurationRequest.prototype.isAutomaticSummerTimingEnabled = true;
        SetConfigurationRequest.prototype.astroGateSunRiseOffset = 0;
        SetConfigurationRequest.prototype.astroGateSunSetOffset = 0;
        SetConfigurationRequest.prototype.switchingDelay = $util.emptyArray;
        SetConfigurationRequest.prototype.relayLinking = $util.emptyArray;
        SetConfigurationRequest.prototype.relayRefreshing = true;
        SetConfigurationRequest.prototype.summerTimeDetails = "0360100";
        SetConfigurationRequest.prototype.winterTimeDetails = "1060200";

        SetConfigurationRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.lightType != null && $Object.hasOwnProperty.call(message, "lightType"))
                writer.uint32(8).int32(message.lightType);
            if (message.daliConfiguration != null && $Object.hasOwnProperty.call(message, "daliConfiguration"))
                $root.oslp.DaliConfiguration.encode(message.daliConfiguration, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.relayConfiguration != null && $Object.hasOwnProperty.call(message, "relayConfiguration"))
                $root.oslp.RelayConfiguration.encode(message.relayConfiguration, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.shortTermHistoryIntervalMinutes != null && $Object.hasOwnProperty.call(message, "shortTermHistoryIntervalMinutes"))
                writer.uint32(32).uint32(message.shortTermHistoryIntervalMinutes);
            if (message.preferredLinkType != null && $Object.hasOwnProperty.call(message, "preferredLinkType"))
                writer.uint32(40).int32(message.preferredLinkType);
            if (message.meterType != null && $Object.hasOwnProperty.call(message, "meterType"))
                writer.uint32(48).int32(message.meterType);
            if (message.longTermHistoryInterval != null && $Object.hasOwnProperty.call(message, "longTermHistoryInterval"))
                writer.uint32(56).uint32(message.longTermHistoryInterval);
            if (message.longTermHistoryIntervalType != null && $Object.hasOwnProperty.call(message, "longTermHistoryIntervalType"))
                writer.uint32(64).int32(message.longTermHistoryIntervalType);
            if (message.timeSyncFrequency != null && $Object.hasOwnProperty.call(message, "timeSyncFrequency"))
                writer.uint32(72).uint32(message.timeSyncFrequency);
            if (message.deviceFixIpValue != null && $Object.hasOwnProperty.call(message, "deviceFixIpValue"))
                writer.uint32(82).bytes(message.deviceFixIpValue);
            if (message.netMask != null && $Object.hasOwnProperty.call(message, "netMask"))
                writer.uint32(90).bytes(message.netMask);
            if (message.gateWay != null && $Object.hasOwnProperty.call(message, "gateWay"))
                writer.uint32(98).bytes(message.gateWay);
            if (message.isDhcpEnabled != null && $Object.hasOwnProperty.call(message, "isDhcpEnabled"))
                writer.uint32(104).bool(message.isDhcpEnabled);
            if (message.communicationTimeout != null && $Object.hasOwnProperty.call(message, "communicationTimeout"))
                writer.uint32(112).uint32(message.communicationTimeout);
            if (message.communicationNumberOfRetries != null && $Object.hasOwnProperty.call(message, "communicationNumberOfRetries"))
                writer.uint32(120).uint32(message.communicationNumberOfRetries);
            if (message.communicationPauseTimeBetweenConnectionTrials != null && $Object.hasOwnProperty.call(message, "communicationPauseTimeBetweenConnectionTrials"))
                writer.uint32(128).uint32(message.communicationPauseTimeBetweenConnectionTrials);
            if (message.ospgIpAddress != null && $Object.hasOwnProperty.call(message, "ospgIpAddress"))
                writer.uint32(138).bytes(message.ospgIpAddress);
            if (message.osgpPortNumber != null && $Object.hasOwnProperty.call(message, "osgpPortNumber"))
                writer.uint32(144).uint32(message.osgpPortNumber);
            if (message.isTestButtonEnabled != null && $Object.hasOwnProperty.call(message, "isTestButtonEnabled"))
                writer.uint32(152).bool(message.isTestButtonEnabled);
            if (message.isAutomaticSummerTimingEnabled != null && $Object.hasOwnProperty.call(message, "isAutomaticSummerTimingEnabled"))
                writer.uint32(160).bool(message.isAutomaticSummerTimingEnabled);
            if (message.astroGateSunRiseOffset != null && $Object.hasOwnProperty.call(message, "astroGateSunRiseOffset"))
                writer.uint32(168).sint32(message.astroGateSunRiseOffset);
            if (message.astroGateSunSetOffset != null && $Object.hasOwnProperty.call(message, "astroGateSunSetOffset"))
                writer.uint32(176).sint32(message.astroGateSunSetOffset);
            if (message.switchingDelay != null && message.switchingDelay.length)
                for (let i = 0; i < message.switchingDelay.length; ++i)
                    writer.uint32(184).uint32(message.switchingDelay[i]);
            if (message.relayLinking != null && message.relayLinking.length)
                for (let i = 0; i < message.relayLinking.length; ++i)
                    $root.oslp.RelayMatrix.encode(message.relayLinking[i], writer.uint32(194).fork(), _depth + 1).ldelim();
            if (message.relayRefreshing != null && $Object.hasOwnProperty.call(message, "relayRefreshing"))
                writer.uint32(200).bool(message.relayRefreshing);
            if (message.summerTimeDetails != null && $Object.hasOwnProperty.call(message, "summerTimeDetails"))
                writer.uint32(210).string(message.summerTimeDetails);
            if (message.winterTimeDetails != null && $Object.hasOwnProperty.call(message, "winterTimeDetails"))
                writer.uint32(218).string(message.winterTimeDetails);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetConfigurationRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetConfigurationRequest();
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
                        message.lightType = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.daliConfiguration = $root.oslp.DaliConfiguration.decode(reader, reader.size(), $undefined, _depth + 1, message.daliConfiguration);
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.relayConfiguration = $root.oslp.RelayConfiguration.decode(reader, reader.size(), $undefined, _depth + 1, message.relayConfiguration);
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.shortTermHistoryIntervalMinutes = reader.uint32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.preferredLinkType = reader.int32();
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        message.meterType = reader.int32();
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.longTermHistoryInterval = reader.uint32();
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        message.longTermHistoryIntervalType = reader.int32();
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        message.timeSyncFrequency = reader.uint32();
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        message.deviceFixIpValue = reader.bytes();
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        message.netMask = reader.bytes();
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.gateWay = reader.bytes();
                        continue;
                    }
                case 13: {
                        if (wireType !== 0)
                            break;
                        message.isDhcpEnabled = reader.bool();
                        continue;
                    }
                case 14: {
                        if (wireType !== 0)
                            break;
                        message.communicationTimeout = reader.uint32();
                        continue;
                    }
                case 15: {
                        if (wireType !== 0)
                            break;
                        message.communicationNumberOfRetries = reader.uint32();
                        continue;
                    }
                case 16: {
                        if (wireType !== 0)
                            break;
                        message.communicationPauseTimeBetweenConnectionTrials = reader.uint32();
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        message.ospgIpAddress = reader.bytes();
                        continue;
                    }
                case 18: {
                        if (wireType !== 0)
                            break;
                        message.osgpPortNumber = reader.uint32();
                        continue;
                    }
                case 19: {
                        if (wireType !== 0)
                            break;
                        message.isTestButtonEnabled = reader.bool();
                        continue;
                    }
                case 20: {
                        if (wireType !== 0)
                            break;
                        message.isAutomaticSummerTimingEnabled = reader.bool();
                        continue;
                    }
                case 21: {
                        if (wireType !== 0)
                            break;
                        message.astroGateSunRiseOffset = reader.sint32();
                        continue;
                    }
                case 22: {
                        if (wireType !== 0)
                            break;
                        message.astroGateSunSetOffset = reader.sint32();
                        continue;
                    }
                case 23: {
                        if (wireType === 2) {
                            if (!(message.switchingDelay && message.switchingDelay.length))
                                message.switchingDelay = [];
                            reader.uint32s(message.switchingDelay);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.switchingDelay && message.switchingDelay.length))
                            message.switchingDelay = [];
                        message.switchingDelay.push(reader.uint32());
                        continue;
                    }
                case 24: {
                        if (wireType !== 2)
                            break;
                        if (!(message.relayLinking && message.relayLinking.length))
                            message.relayLinking = [];
                        message.relayLinking.push($root.oslp.RelayMatrix.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 25: {
                        if (wireType !== 0)
                            break;
                        message.relayRefreshing = reader.bool();
                        continue;
                    }
                case 26: {
                        if (wireType !== 2)
                            break;
                        message.summerTimeDetails = reader.string();
                        continue;
                    }
                case 27: {
                        if (wireType !== 2)
                            break;
                        message.winterTimeDetails = reader.string();
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

        return SetConfigurationRequest;
    })();

    oslp.SetConfigurationResponse = (function() {

        const SetConfigurationResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetConfigurationResponse.prototype.status = 0;

        SetConfigurationResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetConfigurationResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetConfigurationResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetConfigurationResponse;
    })();

    oslp.GetConfigurationRequest = (function() {

        const GetConfigurationRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetConfigurationRequest.prototype.present = true;

        GetConfigurationRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetConfigurationRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetConfigurationRequest();
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
                        message.present = reader.bool();
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

        return GetConfigurationRequest;
    })();

    oslp.GetConfigurationResponse = (function() {

        const GetConfigurationResponse = function (properties) {
            this.switchingDelay = [];
            this.relayLinking = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetConfigurationResponse.prototype.status = 0;
        GetConfigurationResponse.prototype.lightType = 0;
        GetConfigurationResponse.prototype.daliConfiguration = null;
        GetConfigurationResponse.prototype.relayConfiguration = null;
        GetConfigurationResponse.prototype.shortTermHistoryIntervalMinutes = 0;
        GetConfigurationResponse.prototype.preferredLinkType = 0;
        GetConfigurationResponse.prototype.meterType = 0;
        GetConfigurationResponse.prototype.longTermHistoryInterval = 0;
        GetConfigurationResponse.prototype.longTermHistoryIntervalType = 0;
        GetConfigurationResponse.prototype.timeSyncFrequency = 86400;
        GetConfigurationResponse.prototype.deviceFixIpValue = $util.newBuffer([]);
        GetConfigurationResponse.prototype.netMask = $util.newBuffer([]);
        GetConfigurationResponse.prototype.gateWay = $util.newBuffer([]);
        GetConfigurationResponse.prototype.isDhcpEnabled = true;
        GetConfigurationResponse.prototype.communicationTimeout = 20;
        GetConfigurationResponse.prototype.communicationNumberOfRetries = 3;
        GetConfigurationResponse.prototype.communicationPauseTimeBetweenConnectionTrials = 60;
        GetConfigurationResponse.prototype.ospgIpAddress = $util.newBuffer([]);
        GetConfigurationResponse.prototype.osgpPortNumber = 0;
        GetConfigurationResponse.prototype.isTestButtonEnabled = true;
        GetConfigurationResponse.prototype.isAutomaticSummerTimingEnabled = true;
        GetConfigurationResponse.prototype.astroGateSunRiseOffset = 0;
        GetConfigurationResponse.prototype.astroGateSunSetOffset = 0;
        GetConfigurationResponse.prototype.switchingDelay = $util.emptyArray;
        GetConfigurationResponse.prototype.relayLinking = $util.emptyArray;
        GetConfigurationResponse.prototype.relayRefreshing = true;
        GetConfigurationResponse.prototype.summerTimeDetails = "0360100";
        GetConfigurationResponse.prototype.winterTimeDetails = "1060200";

        GetConfigurationResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.lightType != null && $Object.hasOwnProperty.call(message, "lightType"))
                writer.uint32(16).int32(message.lightType);
            if (message.daliConfiguration != null && $Object.hasOwnProperty.call(message, "daliConfiguration"))
                $root.oslp.DaliConfiguration.encode(message.daliConfiguration, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.relayConfiguration != null && $Object.hasOwnProperty.call(message, "relayConfiguration"))
                $root.oslp.RelayConfiguration.encode(message.relayConfiguration, writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.shortTermHistoryIntervalMinutes != null && $Object.hasOwnProperty.call(message, "shortTermHistoryIntervalMinutes"))
                writer.uint32(40).uint32(message.shortTermHistoryIntervalMinutes);
            if (message.preferredLinkType != null && $Object.hasOwnProperty.call(message, "preferredLinkType"))
                writer.uint32(48).int32(message.preferredLinkType);
            if (message.meterType != null && $Object.hasOwnProperty.call(message, "meterType"))
                writer.uint32(56).int32(message.meterType);
            if (message.longTermHistoryInterval != null && $Object.hasOwnProperty.call(message, "longTermHistoryInterval"))
                writer.uint32(64).uint32(message.longTermHistoryInterval);
            if (message.longTermHistoryIntervalType != null && $Object.hasOwnProperty.call(message, "longTermHistoryIntervalType"))
                writer.uint32(72).int32(message.longTermHistoryIntervalType);
            if (message.timeSyncFrequency != null && $Object.hasOwnProperty.call(message, "timeSyncFrequency"))
                writer.uint32(80).uint32(message.timeSyncFrequency);
            if (message.deviceFixIpValue != null && $Object.hasOwnProperty.call(message, "deviceFixIpValue"))
                writer.uint32(90).bytes(message.deviceFixIpValue);
            if (message.netMask != null && $Object.hasOwnProperty.call(message, "netMask"))
                writer.uint32(98).bytes(message.netMask);
            if (message.gateWay != null && $Object.hasOwnProperty.call(message, "gateWay"))
                writer.uint32(106).bytes(message.gateWay);
            if (message.isDhcpEnabled != null && $Object.hasOwnProperty.call(message, "isDhcpEnabled"))
                writer.uint32(112).bool(message.isDhcpEnabled);
            if (message.communicationTimeout != null && $Object.hasOwnProperty.call(message, "communicationTimeout"))
                writer.uint32(120).uint32(message.communicationTimeout);
            if (message.communicationNumberOfRetries != null && $Object.hasOwnProperty.call(message, "communicationNumberOfRetries"))
                writer.uint32(128).uint32(message.communicationNumberOfRetries);
            if (message.communicationPauseTimeBetweenConnectionTrials != null && $Object.hasOwnProperty.call(message, "communicationPauseTimeBetweenConnectionTrials"))
                writer.uint32(136).uint32(message.communicationPauseTimeBetweenConnectionTrials);
            if (message.ospgIpAddress != null && $Object.hasOwnProperty.call(message, "ospgIpAddress"))
                writer.uint32(146).bytes(message.ospgIpAddress);
            if (message.osgpPortNumber != null && $Object.hasOwnProperty.call(message, "osgpPortNumber"))
                writer.uint32(152).uint32(message.osgpPortNumber);
            if (message.isTestButtonEnabled != null && $Object.hasOwnProperty.call(message, "isTestButtonEnabled"))
                writer.uint32(160).bool(message.isTestButtonEnabled);
            if (message.isAutomaticSummerTimingEnabled != null && $Object.hasOwnProperty.call(message, "isAutomaticSummerTimingEnabled"))
                writer.uint32(168).bool(message.isAutomaticSummerTimingEnabled);
            if (message.astroGateSunRiseOffset != null && $Object.hasOwnProperty.call(message, "astroGateSunRiseOffset"))
                writer.uint32(176).sint32(message.astroGateSunRiseOffset);
            if (message.astroGateSunSetOffset != null && $Object.hasOwnProperty.call(message, "astroGateSunSetOffset"))
                writer.uint32(184).sint32(message.astroGateSunSetOffset);
            if (message.switchingDelay != null && message.switchingDelay.length)
                for (let i = 0; i < message.switchingDelay.length; ++i)
                    writer.uint32(192).uint32(message.switchingDelay[i]);
            if (message.relayLinking != null && message.relayLinking.length)
                for (let i = 0; i < message.relayLinking.length; ++i)
                    $root.oslp.RelayMatrix.encode(message.relayLinking[i], writer.uint32(202).fork(), _depth + 1).ldelim();
            if (message.relayRefreshing != null && $Object.hasOwnProperty.call(message, "relayRefreshing"))
                writer.uint32(208).bool(message.relayRefreshing);
            if (message.summerTimeDetails != null && $Object.hasOwnProperty.call(message, "summerTimeDetails"))
                writer.uint32(218).string(message.summerTimeDetails);
            if (message.winterTimeDetails != null && $Object.hasOwnProperty.call(message, "winterTimeDetails"))
                writer.uint32(226).string(message.winterTimeDetails);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetConfigurationResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetConfigurationResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.lightType = reader.int32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.daliConfiguration = $root.oslp.DaliConfiguration.decode(reader, reader.size(), $undefined, _depth + 1, message.daliConfiguration);
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.relayConfiguration = $root.oslp.RelayConfiguration.decode(reader, reader.size(), $undefined, _depth + 1, message.relayConfiguration);
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.shortTermHistoryIntervalMinutes = reader.uint32();
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        message.preferredLinkType = reader.int32();
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.meterType = reader.int32();
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        message.longTermHistoryInterval = reader.uint32();
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        message.longTermHistoryIntervalType = reader.int32();
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        message.timeSyncFrequency = reader.uint32();
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        message.deviceFixIpValue = reader.bytes();
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        message.netMask = reader.bytes();
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        message.gateWay = reader.bytes();
                        continue;
                    }
                case 14: {
                        if (wireType !== 0)
                            break;
                        message.isDhcpEnabled = reader.bool();
                        continue;
                    }
                case 15: {
                        if (wireType !== 0)
                            break;
                        message.communicationTimeout = reader.uint32();
                        continue;
                    }
                case 16: {
                        if (wireType !== 0)
                            break;
                        message.communicationNumberOfRetries = reader.uint32();
                        continue;
                    }
                case 17: {
                        if (wireType !== 0)
                            break;
                        message.communicationPauseTimeBetweenConnectionTrials = reader.uint32();
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        message.ospgIpAddress = reader.bytes();
                        continue;
                    }
                case 19: {
                        if (wireType !== 0)
                            break;
                        message.osgpPortNumber = reader.uint32();
                        continue;
                    }
                case 20: {
                        if (wireType !== 0)
                            break;
                        message.isTestButtonEnabled = reader.bool();
                        continue;
                    }
                case 21: {
                        if (wireType !== 0)
                            break;
                        message.isAutomaticSummerTimingEnabled = reader.bool();
                        continue;
                    }
                case 22: {
                        if (wireType !== 0)
                            break;
                        message.astroGateSunRiseOffset = reader.sint32();
                        continue;
                    }
                case 23: {
                        if (wireType !== 0)
                            break;
                        message.astroGateSunSetOffset = reader.sint32();
                        continue;
                    }
                case 24: {
                        if (wireType === 2) {
                            if (!(message.switchingDelay && message.switchingDelay.length))
                                message.switchingDelay = [];
                            reader.uint32s(message.switchingDelay);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.switchingDelay && message.switchingDelay.length))
                            message.switchingDelay = [];
                        message.switchingDelay.push(reader.uint32());
                        continue;
                    }
                case 25: {
                        if (wireType !== 2)
                            break;
                        if (!(message.relayLinking && message.relayLinking.length))
                            message.relayLinking = [];
                        message.relayLinking.push($root.oslp.RelayMatrix.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 26: {
                        if (wireType !== 0)
                            break;
                        message.relayRefreshing = reader.bool();
                        continue;
                    }
                case 27: {
                        if (wireType !== 2)
                            break;
                        message.summerTimeDetails = reader.string();
                        continue;
                    }
                case 28: {
                        if (wireType !== 2)
                            break;
                        message.winterTimeDetails = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return GetConfigurationResponse;
    })();

    oslp.SwitchConfigurationRequest = (function() {

        const SwitchConfigurationRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SwitchConfigurationRequest.prototype.newConfigurationSet = $util.newBuffer([]);

        SwitchConfigurationRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).bytes(message.newConfigurationSet);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SwitchConfigurationRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SwitchConfigurationRequest();
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
                        message.newConfigurationSet = reader.bytes();
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
            if (!$Object.hasOwnProperty.call(message, "newConfigurationSet"))
                throw $util.ProtocolError("missing required 'newConfigurationSet'", { instance: message });
            return message;
        };

        return SwitchConfigurationRequest;
    })();

    oslp.SwitchConfigurationResponse = (function() {

        const SwitchConfigurationResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SwitchConfigurationResponse.prototype.status = 0;

        SwitchConfigurationResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SwitchConfigurationResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SwitchConfigurationResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SwitchConfigurationResponse;
    })();

    oslp.ConfirmRegisterDeviceRequest = (function() {

        const ConfirmRegisterDeviceRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ConfirmRegisterDeviceRequest.prototype.randomDevice = 0;
        ConfirmRegisterDeviceRequest.prototype.randomPlatform = 0;

        ConfirmRegisterDeviceRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).uint32(message.randomDevice);
            writer.uint32(16).uint32(message.randomPlatform);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ConfirmRegisterDeviceRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.ConfirmRegisterDeviceRequest();
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
                        message.randomDevice = reader.uint32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.randomPlatform = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "randomDevice"))
                throw $util.ProtocolError("missing required 'randomDevice'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "randomPlatform"))
                throw $util.ProtocolError("missing required 'randomPlatform'", { instance: message });
            return message;
        };

        return ConfirmRegisterDeviceRequest;
    })();

    oslp.ConfirmRegisterDeviceResponse = (function() {

        const ConfirmRegisterDeviceResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ConfirmRegisterDeviceResponse.prototype.status = 0;
        ConfirmRegisterDeviceResponse.prototype.randomDevice = 0;
        ConfirmRegisterDeviceResponse.prototype.randomPlatform = 0;
        ConfirmRegisterDeviceResponse.prototype.sequenceWindow = 0;

        ConfirmRegisterDeviceResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            writer.uint32(16).uint32(message.randomDevice);
            writer.uint32(24).uint32(message.randomPlatform);
            writer.uint32(32).uint32(message.sequenceWindow);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ConfirmRegisterDeviceResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.ConfirmRegisterDeviceResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.randomDevice = reader.uint32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.randomPlatform = reader.uint32();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.sequenceWindow = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "randomDevice"))
                throw $util.ProtocolError("missing required 'randomDevice'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "randomPlatform"))
                throw $util.ProtocolError("missing required 'randomPlatform'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "sequenceWindow"))
                throw $util.ProtocolError("missing required 'sequenceWindow'", { instance: message });
            return message;
        };

        return ConfirmRegisterDeviceResponse;
    })();

    oslp.GetPowerUsageHistoryRequest = (function() {

        const GetPowerUsageHistoryRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetPowerUsageHistoryRequest.prototype.timePeriod = null;
        GetPowerUsageHistoryRequest.prototype.page = 0;
        GetPowerUsageHistoryRequest.prototype.termType = 0;

        GetPowerUsageHistoryRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            $root.oslp.TimePeriod.encode(message.timePeriod, writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.page != null && $Object.hasOwnProperty.call(message, "page"))
                writer.uint32(16).uint32(message.page);
            writer.uint32(24).int32(message.termType);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetPowerUsageHistoryRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetPowerUsageHistoryRequest();
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
                        message.timePeriod = $root.oslp.TimePeriod.decode(reader, reader.size(), $undefined, _depth + 1, message.timePeriod);
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.page = reader.uint32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.termType = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "timePeriod"))
                throw $util.ProtocolError("missing required 'timePeriod'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "termType"))
                throw $util.ProtocolError("missing required 'termType'", { instance: message });
            return message;
        };

        return GetPowerUsageHistoryRequest;
    })();

    oslp.GetPowerUsageHistoryResponse = (function() {

        const GetPowerUsageHistoryResponse = function (properties) {
            this.powerUsageData = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetPowerUsageHistoryResponse.prototype.status = 0;
        GetPowerUsageHistoryResponse.prototype.powerUsageData = $util.emptyArray;
        GetPowerUsageHistoryResponse.prototype.pageInfo = null;

        GetPowerUsageHistoryResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.powerUsageData != null && message.powerUsageData.length)
                for (let i = 0; i < message.powerUsageData.length; ++i)
                    $root.oslp.PowerUsageData.encode(message.powerUsageData[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.pageInfo != null && $Object.hasOwnProperty.call(message, "pageInfo"))
                $root.oslp.PageInfo.encode(message.pageInfo, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetPowerUsageHistoryResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetPowerUsageHistoryResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.powerUsageData && message.powerUsageData.length))
                            message.powerUsageData = [];
                        message.powerUsageData.push($root.oslp.PowerUsageData.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.pageInfo = $root.oslp.PageInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.pageInfo);
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return GetPowerUsageHistoryResponse;
    })();

    oslp.GetActualPowerUsageRequest = (function() {

        const GetActualPowerUsageRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetActualPowerUsageRequest.prototype.present = true;

        GetActualPowerUsageRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.present != null && $Object.hasOwnProperty.call(message, "present"))
                writer.uint32(8).bool(message.present);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetActualPowerUsageRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetActualPowerUsageRequest();
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
                        message.present = reader.bool();
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

        return GetActualPowerUsageRequest;
    })();

    oslp.GetActualPowerUsageResponse = (function() {

        const GetActualPowerUsageResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetActualPowerUsageResponse.prototype.status = 0;
        GetActualPowerUsageResponse.prototype.powerUsageData = null;

        GetActualPowerUsageResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            $root.oslp.PowerUsageData.encode(message.powerUsageData, writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetActualPowerUsageResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.GetActualPowerUsageResponse();
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
                        message.status = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.powerUsageData = $root.oslp.PowerUsageData.decode(reader, reader.size(), $undefined, _depth + 1, message.powerUsageData);
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "powerUsageData"))
                throw $util.ProtocolError("missing required 'powerUsageData'", { instance: message });
            return message;
        };

        return GetActualPowerUsageResponse;
    })();

    oslp.UpdateDeviceSslCertificationRequest = (function() {

        const UpdateDeviceSslCertificationRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UpdateDeviceSslCertificationRequest.prototype.certificateDomain = "";
        UpdateDeviceSslCertificationRequest.prototype.certificateUrl = "";

        UpdateDeviceSslCertificationRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.certificateDomain);
            writer.uint32(18).string(message.certificateUrl);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UpdateDeviceSslCertificationRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.UpdateDeviceSslCertificationRequest();
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
                        message.certificateDomain = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.certificateUrl = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "certificateDomain"))
                throw $util.ProtocolError("missing required 'certificateDomain'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "certificateUrl"))
                throw $util.ProtocolError("missing required 'certificateUrl'", { instance: message });
            return message;
        };

        return UpdateDeviceSslCertificationRequest;
    })();

    oslp.UpdateDeviceSslCertificationResponse = (function() {

        const UpdateDeviceSslCertificationResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UpdateDeviceSslCertificationResponse.prototype.status = 0;

        UpdateDeviceSslCertificationResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UpdateDeviceSslCertificationResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.UpdateDeviceSslCertificationResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return UpdateDeviceSslCertificationResponse;
    })();

    oslp.SetDeviceVerificationKeyRequest = (function() {

        const SetDeviceVerificationKeyRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetDeviceVerificationKeyRequest.prototype.certificateChunk = $util.newBuffer([]);

        SetDeviceVerificationKeyRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).bytes(message.certificateChunk);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetDeviceVerificationKeyRequest.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetDeviceVerificationKeyRequest();
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
                        message.certificateChunk = reader.bytes();
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
            if (!$Object.hasOwnProperty.call(message, "certificateChunk"))
                throw $util.ProtocolError("missing required 'certificateChunk'", { instance: message });
            return message;
        };

        return SetDeviceVerificationKeyRequest;
    })();

    oslp.SetDeviceVerificationKeyResponse = (function() {

        const SetDeviceVerificationKeyResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetDeviceVerificationKeyResponse.prototype.status = 0;

        SetDeviceVerificationKeyResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.status);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetDeviceVerificationKeyResponse.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SetDeviceVerificationKeyResponse();
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
                        message.status = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "status"))
                throw $util.ProtocolError("missing required 'status'", { instance: message });
            return message;
        };

        return SetDeviceVerificationKeyResponse;
    })();

    oslp.LocationInfo = (function() {

        const LocationInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LocationInfo.prototype.timeOffset = 0;
        LocationInfo.prototype.latitude = 0;
        LocationInfo.prototype.longitude = 0;

        LocationInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.timeOffset != null && $Object.hasOwnProperty.call(message, "timeOffset"))
                writer.uint32(8).sint32(message.timeOffset);
            if (message.latitude != null && $Object.hasOwnProperty.call(message, "latitude"))
                writer.uint32(16).sint32(message.latitude);
            if (message.longitude != null && $Object.hasOwnProperty.call(message, "longitude"))
                writer.uint32(24).sint32(message.longitude);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LocationInfo.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.LocationInfo();
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
                        message.timeOffset = reader.sint32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.latitude = reader.sint32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.longitude = reader.sint32();
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

        return LocationInfo;
    })();

    oslp.LightValue = (function() {

        const LightValue = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        LightValue.prototype.index = $util.newBuffer([]);
        LightValue.prototype.on = false;
        LightValue.prototype.dimValue = $util.newBuffer([]);

        LightValue.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.index != null && $Object.hasOwnProperty.call(message, "index"))
                writer.uint32(10).bytes(message.index);
            writer.uint32(16).bool(message.on);
            if (message.dimValue != null && $Object.hasOwnProperty.call(message, "dimValue"))
                writer.uint32(26).bytes(message.dimValue);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        LightValue.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.LightValue();
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
                        message.index = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.on = reader.bool();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.dimValue = reader.bytes();
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
            if (!$Object.hasOwnProperty.call(message, "on"))
                throw $util.ProtocolError("missing required 'on'", { instance: message });
            return message;
        };

        return LightValue;
    })();

    oslp.EventNotification = (function() {

        const EventNotification = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        EventNotification.prototype.event = 0;
        EventNotification.prototype.index = $util.newBuffer([]);
        EventNotification.prototype.description = "";
        EventNotification.prototype.timestamp = "";

        EventNotification.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.event);
            if (message.index != null && $Object.hasOwnProperty.call(message, "index"))
                writer.uint32(18).bytes(message.index);
            if (message.description != null && $Object.hasOwnProperty.call(message, "description"))
                writer.uint32(26).string(message.description);
            if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp"))
                writer.uint32(34).string(message.timestamp);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        EventNotification.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.EventNotification();
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
                        message.event = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.index = reader.bytes();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.description = reader.string();
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.timestamp = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "event"))
                throw $util.ProtocolError("missing required 'event'", { instance: message });
            return message;
        };

        return EventNotification;
    })();

    oslp.Schedule = (function() {

        const Schedule = function (properties) {
            this.value = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Schedule.prototype.weekday = 0;
        Schedule.prototype.startDay = "";
        Schedule.prototype.endDay = "";
        Schedule.prototype.actionTime = 0;
        Schedule.prototype.time = "";
        Schedule.prototype.window = null;
        Schedule.prototype.value = $util.emptyArray;
        Schedule.prototype.triggerType = 0;
        Schedule.prototype.minimumLightsOn = 0;
        Schedule.prototype.index = 0;
        Schedule.prototype.isEnabled = false;

        Schedule.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).int32(message.weekday);
            if (message.startDay != null && $Object.hasOwnProperty.call(message, "startDay"))
                writer.uint32(18).string(message.startDay);
            if (message.endDay != null && $Object.hasOwnProperty.call(message, "endDay"))
                writer.uint32(26).string(message.endDay);
            writer.uint32(32).int32(message.actionTime);
            if (message.time != null && $Object.hasOwnProperty.call(message, "time"))
                writer.uint32(42).string(message.time);
            if (message.window != null && $Object.hasOwnProperty.call(message, "window"))
                $root.oslp.Window.encode(message.window, writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.value != null && message.value.length)
                for (let i = 0; i < message.value.length; ++i)
                    $root.oslp.LightValue.encode(message.value[i], writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.triggerType != null && $Object.hasOwnProperty.call(message, "triggerType"))
                writer.uint32(64).int32(message.triggerType);
            if (message.minimumLightsOn != null && $Object.hasOwnProperty.call(message, "minimumLightsOn"))
                writer.uint32(72).uint32(message.minimumLightsOn);
            if (message.index != null && $Object.hasOwnProperty.call(message, "index"))
                writer.uint32(80).uint32(message.index);
            if (message.isEnabled != null && $Object.hasOwnProperty.call(message, "isEnabled"))
                writer.uint32(88).bool(message.isEnabled);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Schedule.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.Schedule();
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
                        message.weekday = reader.int32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.startDay = reader.string();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.endDay = reader.string();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.actionTime = reader.int32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.time = reader.string();
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.window = $root.oslp.Window.decode(reader, reader.size(), $undefined, _depth + 1, message.window);
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if (!(message.value && message.value.length))
                            message.value = [];
                        message.value.push($root.oslp.LightValue.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        message.triggerType = reader.int32();
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        message.minimumLightsOn = reader.uint32();
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        message.index = reader.uint32();
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        message.isEnabled = reader.bool();
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
            if (!$Object.hasOwnProperty.call(message, "weekday"))
                throw $util.ProtocolError("missing required 'weekday'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actionTime"))
                throw $util.ProtocolError("missing required 'actionTime'", { instance: message });
            return message;
        };

        return Schedule;
    })();

    oslp.Window = (function() {

        const Window = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Window.prototype.minutesBefore = 0;
        Window.prototype.minutesAfter = 0;

        Window.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).uint32(message.minutesBefore);
            writer.uint32(16).uint32(message.minutesAfter);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Window.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.Window();
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
                        message.minutesBefore = reader.uint32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.minutesAfter = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "minutesBefore"))
                throw $util.ProtocolError("missing required 'minutesBefore'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "minutesAfter"))
                throw $util.ProtocolError("missing required 'minutesAfter'", { instance: message });
            return message;
        };

        return Window;
    })();

    oslp.DaliConfiguration = (function() {

        const DaliConfiguration = function (properties) {
            this.addressMap = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        DaliConfiguration.prototype.numberOfLights = $util.newBuffer([]);
        DaliConfiguration.prototype.addressMap = $util.emptyArray;

        DaliConfiguration.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.numberOfLights != null && $Object.hasOwnProperty.call(message, "numberOfLights"))
                writer.uint32(10).bytes(message.numberOfLights);
            if (message.addressMap != null && message.addressMap.length)
                for (let i = 0; i < message.addressMap.length; ++i)
                    $root.oslp.IndexAddressMap.encode(message.addressMap[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        DaliConfiguration.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.DaliConfiguration();
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
                        message.numberOfLights = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.addressMap && message.addressMap.length))
                            message.addressMap = [];
                        message.addressMap.push($root.oslp.IndexAddressMap.decode(reader, reader.size(), $undefined, _depth + 1));
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

        return DaliConfiguration;
    })();

    oslp.RelayConfiguration = (function() {

        const RelayConfiguration = function (properties) {
            this.addressMap = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RelayConfiguration.prototype.addressMap = $util.emptyArray;

        RelayConfiguration.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.addressMap != null && message.addressMap.length)
                for (let i = 0; i < message.addressMap.length; ++i)
                    $root.oslp.IndexAddressMap.encode(message.addressMap[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RelayConfiguration.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.RelayConfiguration();
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
                        if (!(message.addressMap && message.addressMap.length))
                            message.addressMap = [];
                        message.addressMap.push($root.oslp.IndexAddressMap.decode(reader, reader.size(), $undefined, _depth + 1));
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

        return RelayConfiguration;
    })();

    oslp.RelayMatrix = (function() {

        const RelayMatrix = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RelayMatrix.prototype.masterRelayIndex = $util.newBuffer([]);
        RelayMatrix.prototype.masterRelayOn = false;
        RelayMatrix.prototype.indicesOfControlledRelaysOn = $util.newBuffer([]);
        RelayMatrix.prototype.indicesOfControlledRelaysOff = $util.newBuffer([]);

        RelayMatrix.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).bytes(message.masterRelayIndex);
            writer.uint32(16).bool(message.masterRelayOn);
            if (message.indicesOfControlledRelaysOn != null && $Object.hasOwnProperty.call(message, "indicesOfControlledRelaysOn"))
                writer.uint32(26).bytes(message.indicesOfControlledRelaysOn);
            if (message.indicesOfControlledRelaysOff != null && $Object.hasOwnProperty.call(message, "indicesOfControlledRelaysOff"))
                writer.uint32(34).bytes(message.indicesOfControlledRelaysOff);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RelayMatrix.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.RelayMatrix();
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
                        message.masterRelayIndex = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.masterRelayOn = reader.bool();
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.indicesOfControlledRelaysOn = reader.bytes();
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.indicesOfControlledRelaysOff = reader.bytes();
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
            if (!$Object.hasOwnProperty.call(message, "masterRelayIndex"))
                throw $util.ProtocolError("missing required 'masterRelayIndex'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "masterRelayOn"))
                throw $util.ProtocolError("missing required 'masterRelayOn'", { instance: message });
            return message;
        };

        return RelayMatrix;
    })();

    oslp.IndexAddressMap = (function() {

        const IndexAddressMap = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        IndexAddressMap.prototype.index = $util.newBuffer([]);
        IndexAddressMap.prototype.address = $util.newBuffer([]);
        IndexAddressMap.prototype.relayType = 0;

        IndexAddressMap.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).bytes(message.index);
            writer.uint32(18).bytes(message.address);
            writer.uint32(24).int32(message.relayType);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        IndexAddressMap.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.IndexAddressMap();
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
                        message.index = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.address = reader.bytes();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.relayType = reader.int32();
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
            if (!$Object.hasOwnProperty.call(message, "index"))
                throw $util.ProtocolError("missing required 'index'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "address"))
                throw $util.ProtocolError("missing required 'address'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "relayType"))
                throw $util.ProtocolError("missing required 'relayType'", { instance: message });
            return message;
        };

        return IndexAddressMap;
    })();

    oslp.PageInfo = (function() {

        const PageInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PageInfo.prototype.currentPage = 0;
        PageInfo.prototype.pageSize = 0;
        PageInfo.prototype.totalPages = 0;

        PageInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).uint32(message.currentPage);
            writer.uint32(16).uint32(message.pageSize);
            writer.uint32(24).uint32(message.totalPages);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PageInfo.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.PageInfo();
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
                        message.currentPage = reader.uint32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.pageSize = reader.uint32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.totalPages = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "currentPage"))
                throw $util.ProtocolError("missing required 'currentPage'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "pageSize"))
                throw $util.ProtocolError("missing required 'pageSize'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "totalPages"))
                throw $util.ProtocolError("missing required 'totalPages'", { instance: message });
            return message;
        };

        return PageInfo;
    })();

    oslp.TimePeriod = (function() {

        const TimePeriod = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        TimePeriod.prototype.startTime = "";
        TimePeriod.prototype.endTime = "";

        TimePeriod.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.startTime);
            writer.uint32(18).string(message.endTime);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        TimePeriod.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.TimePeriod();
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
                        message.startTime = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.endTime = reader.string();
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
            if (!$Object.hasOwnProperty.call(message, "startTime"))
                throw $util.ProtocolError("missing required 'startTime'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "endTime"))
                throw $util.ProtocolError("missing required 'endTime'", { instance: message });
            return message;
        };

        return TimePeriod;
    })();

    oslp.PowerUsageData = (function() {

        const PowerUsageData = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PowerUsageData.prototype.recordTime = "";
        PowerUsageData.prototype.meterType = 0;
        PowerUsageData.prototype.totalConsumedEnergy = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
        PowerUsageData.prototype.actualConsumedPower = 0;
        PowerUsageData.prototype.psldData = null;
        PowerUsageData.prototype.ssldData = null;

        PowerUsageData.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).string(message.recordTime);
            writer.uint32(16).int32(message.meterType);
            writer.uint32(24).uint64(message.totalConsumedEnergy);
            writer.uint32(32).uint32(message.actualConsumedPower);
            if (message.psldData != null && $Object.hasOwnProperty.call(message, "psldData"))
                $root.oslp.PsldData.encode(message.psldData, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.ssldData != null && $Object.hasOwnProperty.call(message, "ssldData"))
                $root.oslp.SsldData.encode(message.ssldData, writer.uint32(50).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PowerUsageData.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.PowerUsageData();
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
                        message.recordTime = reader.string();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.meterType = reader.int32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.totalConsumedEnergy = reader.uint64();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.actualConsumedPower = reader.uint32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.psldData = $root.oslp.PsldData.decode(reader, reader.size(), $undefined, _depth + 1, message.psldData);
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message.ssldData = $root.oslp.SsldData.decode(reader, reader.size(), $undefined, _depth + 1, message.ssldData);
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
            if (!$Object.hasOwnProperty.call(message, "recordTime"))
                throw $util.ProtocolError("missing required 'recordTime'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "meterType"))
                throw $util.ProtocolError("missing required 'meterType'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "totalConsumedEnergy"))
                throw $util.ProtocolError("missing required 'totalConsumedEnergy'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualConsumedPower"))
                throw $util.ProtocolError("missing required 'actualConsumedPower'", { instance: message });
            return message;
        };

        return PowerUsageData;
    })();

    oslp.PsldData = (function() {

        const PsldData = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PsldData.prototype.totalLightingHours = 0;

        PsldData.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).uint32(message.totalLightingHours);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PsldData.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.PsldData();
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
                        message.totalLightingHours = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "totalLightingHours"))
                throw $util.ProtocolError("missing required 'totalLightingHours'", { instance: message });
            return message;
        };

        return PsldData;
    })();

    oslp.SsldData = (function() {

        const SsldData = function (properties) {
            this.relayData = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SsldData.prototype.actualCurrent1 = 0;
        SsldData.prototype.actualCurrent2 = 0;
        SsldData.prototype.actualCurrent3 = 0;
        SsldData.prototype.actualPower1 = 0;
        SsldData.prototype.actualPower2 = 0;
        SsldData.prototype.actualPower3 = 0;
        SsldData.prototype.averagePowerFactor1 = 0;
        SsldData.prototype.averagePowerFactor2 = 0;
        SsldData.prototype.averagePowerFactor3 = 0;
        SsldData.prototype.relayData = $util.emptyArray;

        SsldData.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(8).uint32(message.actualCurrent1);
            writer.uint32(16).uint32(message.actualCurrent2);
            writer.uint32(24).uint32(message.actualCurrent3);
            writer.uint32(32).uint32(message.actualPower1);
            writer.uint32(40).uint32(message.actualPower2);
            writer.uint32(48).uint32(message.actualPower3);
            writer.uint32(56).uint32(message.averagePowerFactor1);
            writer.uint32(64).uint32(message.averagePowerFactor2);
            writer.uint32(72).uint32(message.averagePowerFactor3);
            if (message.relayData != null && message.relayData.length)
                for (let i = 0; i < message.relayData.length; ++i)
                    $root.oslp.RelayData.encode(message.relayData[i], writer.uint32(82).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SsldData.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.SsldData();
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
                        message.actualCurrent1 = reader.uint32();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.actualCurrent2 = reader.uint32();
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        message.actualCurrent3 = reader.uint32();
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.actualPower1 = reader.uint32();
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.actualPower2 = reader.uint32();
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        message.actualPower3 = reader.uint32();
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        message.averagePowerFactor1 = reader.uint32();
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        message.averagePowerFactor2 = reader.uint32();
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        message.averagePowerFactor3 = reader.uint32();
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if (!(message.relayData && message.relayData.length))
                            message.relayData = [];
                        message.relayData.push($root.oslp.RelayData.decode(reader, reader.size(), $undefined, _depth + 1));
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
            if (!$Object.hasOwnProperty.call(message, "actualCurrent1"))
                throw $util.ProtocolError("missing required 'actualCurrent1'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualCurrent2"))
                throw $util.ProtocolError("missing required 'actualCurrent2'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualCurrent3"))
                throw $util.ProtocolError("missing required 'actualCurrent3'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualPower1"))
                throw $util.ProtocolError("missing required 'actualPower1'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualPower2"))
                throw $util.ProtocolError("missing required 'actualPower2'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "actualPower3"))
                throw $util.ProtocolError("missing required 'actualPower3'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "averagePowerFactor1"))
                throw $util.ProtocolError("missing required 'averagePowerFactor1'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "averagePowerFactor2"))
                throw $util.ProtocolError("missing required 'averagePowerFactor2'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "averagePowerFactor3"))
                throw $util.ProtocolError("missing required 'averagePowerFactor3'", { instance: message });
            return message;
        };

        return SsldData;
    })();

    oslp.RelayData = (function() {

        const RelayData = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RelayData.prototype.index = $util.newBuffer([]);
        RelayData.prototype.totalLightingMinutes = 0;

        RelayData.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            writer.uint32(10).bytes(message.index);
            writer.uint32(16).uint32(message.totalLightingMinutes);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RelayData.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.oslp.RelayData();
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
                        message.index = reader.bytes();
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        message.totalLightingMinutes = reader.uint32();
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
            if (!$Object.hasOwnProperty.call(message, "index"))
                throw $util.ProtocolError("missing required 'index'", { instance: message });
            if (!$Object.hasOwnProperty.call(message, "totalLightingMinutes"))
                throw $util.ProtocolError("missing required 'totalLightingMinutes'", { instance: message });
            return message;
        };

        return RelayData;
    })();

    return oslp;
})();

export {
  $root as default
};
