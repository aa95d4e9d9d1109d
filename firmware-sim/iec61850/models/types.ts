/** Data types the sample models share, as they stand in DataTypeTemplates. IEC 61850-7-3 names and trigger options. */

const T = `<DA name="t" bType="Timestamp" fc="ST"/>`;
const Q = `<DA name="q" bType="Quality" fc="ST" qchg="true"/>`;
const TX = `<DA name="q" bType="Quality" fc="MX" qchg="true"/><DA name="t" bType="Timestamp" fc="MX"/>`;
const D = `<DA name="d" bType="VisString255" fc="DC"/>`;

/** A status and how it came: `stVal`, `q`, `t`, `d`. */
function status(id: string, cdc: string, value: string): string {
  return `<DOType id="${id}" cdc="${cdc}"><DA name="stVal" ${value} fc="ST" dchg="true"/>${Q}${T}${D}</DOType>`;
}

/** A controllable status; `operate` is the type of Oper (and SBOw), of which Cancel takes all but Check. */
function controllable(
  id: string,
  cdc: string,
  value: string,
  operate: string,
  model: string,
  more: string = "",
): string {
  const withValue = model === "sbo-with-enhanced-security";
  return `<DOType id="${id}" cdc="${cdc}">
    <DA name="stVal" ${value} fc="ST" dchg="true"/>${Q}${T}<DA name="stSeld" bType="BOOLEAN" fc="ST" dchg="true"/>
    ${model === "sbo-with-normal-security" ? `<DA name="SBO" bType="ObjRef" fc="CO"/>` : ""}
    ${withValue ? `<DA name="SBOw" bType="Struct" type="${operate}" fc="CO"/>` : ""}
    ${model === "status-only" ? "" : `<DA name="Oper" bType="Struct" type="${operate}" fc="CO"/>`}
    ${model === "status-only" ? "" : `<DA name="Cancel" bType="Struct" type="${operate}-cancel" fc="CO"/>`}
    <DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"><Val>${model}</Val></DA>
    <DA name="sboTimeout" bType="INT32U" fc="CF"><Val>30000</Val></DA>
    <DA name="sboClass" bType="Enum" type="SboClasses" fc="CF"><Val>operate-once</Val></DA>
    <DA name="operTimeout" bType="INT32U" fc="CF"><Val>10000</Val></DA>${more}${D}</DOType>`;
}

function operate(id: string, value: string, timed: boolean = false): string {
  const start = `<BDA name="ctlVal" ${value}/>${timed ? `<BDA name="operTm" bType="Timestamp"/>` : ""}`;
  const rest = `<BDA name="origin" bType="Struct" type="Originator"/><BDA name="ctlNum" bType="INT8U"/>
    <BDA name="T" bType="Timestamp"/><BDA name="Test" bType="BOOLEAN"/>`;
  return `<DAType id="${id}">${start}${rest}<BDA name="Check" bType="Check"/></DAType>
  <DAType id="${id}-cancel">${start}${rest}</DAType>`;
}

function enumeration(id: string, values: Readonly<Record<string, number>>): string {
  const list = Object.entries(values).map(([name, ord]) => `<EnumVal ord="${ord}">${name}</EnumVal>`);
  return `<EnumType id="${id}">${list.join("")}</EnumType>`;
}

const MODELS = {
  so: "status-only",
  dn: "direct-with-normal-security",
  sn: "sbo-with-normal-security",
  de: "direct-with-enhanced-security",
  se: "sbo-with-enhanced-security",
} as const;

const SPC = Object.entries(MODELS)
  .map(([short, model]) => controllable(`SPC-${short}`, "SPC", `bType="BOOLEAN"`, "OperBool", model))
  .join("\n");

export const DO_TYPES: string = `
${status("SPS", "SPS", `bType="BOOLEAN"`)}
${status("INS", "INS", `bType="INT32"`)}
${status("Health", "ENS", `bType="Enum" type="Healths"`)}
${status("Beh", "ENS", `bType="Enum" type="Modes"`)}
${controllable("Mod", "ENC", `bType="Enum" type="Modes"`, "OperMode", MODELS.dn)}
${SPC}
${controllable("SPC-timed", "SPC", `bType="BOOLEAN"`, "OperBoolTimed", MODELS.de)}
${controllable("DPC-so", "DPC", `bType="Dbpos"`, "OperBool", MODELS.so)}
${controllable("DPC-dn", "DPC", `bType="Dbpos"`, "OperBool", MODELS.dn)}
${controllable("DPC-se", "DPC", `bType="Dbpos"`, "OperBool", MODELS.se)}
${controllable("INC-dn", "INC", `bType="INT32"`, "OperInt", MODELS.dn)}
<DOType id="APC-de" cdc="APC">
  <DA name="mxVal" bType="Struct" type="AnalogueValue" fc="MX" dchg="true"/>${TX}
  <DA name="Oper" bType="Struct" type="OperAnalogue" fc="CO"/><DA name="Cancel" bType="Struct" type="OperAnalogue-cancel" fc="CO"/>
  <DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"><Val>${MODELS.de}</Val></DA>${D}</DOType>
<DOType id="BSC-dn" cdc="BSC">
  <DA name="valWTr" bType="Struct" type="ValWithTrans" fc="ST" dchg="true"/>${Q}${T}
  <DA name="Oper" bType="Struct" type="OperStep" fc="CO"/><DA name="Cancel" bType="Struct" type="OperStep-cancel" fc="CO"/>
  <DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"><Val>${MODELS.dn}</Val></DA>${D}</DOType>
<DOType id="ACD" cdc="ACD"><DA name="general" bType="BOOLEAN" fc="ST" dchg="true"/>
  <DA name="dirGeneral" bType="Enum" type="Directions" fc="ST" dchg="true"/>${Q}${T}${D}</DOType>
<DOType id="ACT" cdc="ACT"><DA name="general" bType="BOOLEAN" fc="ST" dchg="true"/>${Q}${T}${D}</DOType>
<DOType id="MV" cdc="MV"><DA name="instMag" bType="Struct" type="AnalogueValue" fc="MX"/>
  <DA name="mag" bType="Struct" type="AnalogueValue" fc="MX" dchg="true"/>${TX}
  <DA name="units" bType="Struct" type="Unit" fc="CF"/><DA name="db" bType="INT32U" fc="CF"><Val>500</Val></DA>${D}</DOType>
<DOType id="CMV" cdc="CMV"><DA name="instCVal" bType="Struct" type="Vector" fc="MX"/>
  <DA name="cVal" bType="Struct" type="Vector" fc="MX" dchg="true"/>${TX}
  <DA name="units" bType="Struct" type="Unit" fc="CF"/><DA name="db" bType="INT32U" fc="CF"><Val>500</Val></DA>${D}</DOType>
<DOType id="WYE" cdc="WYE"><SDO name="phsA" type="CMV"/><SDO name="phsB" type="CMV"/><SDO name="phsC" type="CMV"/>${D}</DOType>
<DOType id="HMV" cdc="HMV"><DA name="har" bType="Struct" type="AnalogueValue" fc="MX" count="numHar" dchg="true"/>${TX}
  <DA name="numHar" bType="INT16U" fc="CF"><Val>16</Val></DA>${D}</DOType>
<DOType id="BCR" cdc="BCR"><DA name="actVal" bType="INT64" fc="ST" dchg="true"/>${Q}${T}
  <DA name="units" bType="Struct" type="Unit" fc="CF"/><DA name="pulsQty" bType="FLOAT32" fc="CF"><Val>1</Val></DA>${D}</DOType>
<DOType id="ASG" cdc="ASG"><DA name="setMag" bType="Struct" type="AnalogueValue" fc="SG" dchg="true"/>
  <DA name="units" bType="Struct" type="Unit" fc="CF"/>${D}</DOType>
<DOType id="ING-sg" cdc="ING"><DA name="setVal" bType="INT32" fc="SG" dchg="true"/>${D}</DOType>
<DOType id="ING" cdc="ING"><DA name="setVal" bType="INT32" fc="SP" dchg="true"/>${D}</DOType>
<DOType id="LPL" cdc="LPL"><DA name="vendor" bType="VisString255" fc="DC"><Val>Busbar</Val></DA>
  <DA name="swRev" bType="VisString255" fc="DC"><Val>1</Val></DA>${D}
  <DA name="configRev" bType="VisString255" fc="DC"><Val>1</Val></DA></DOType>
<DOType id="DPL" cdc="DPL"><DA name="vendor" bType="VisString255" fc="DC"><Val>Busbar</Val></DA>
  <DA name="serNum" bType="VisString255" fc="DC"/><DA name="model" bType="VisString255" fc="DC"><Val>simulated</Val></DA></DOType>
`;

export const DA_TYPES: string = `
<DAType id="AnalogueValue"><BDA name="f" bType="FLOAT32"/></DAType>
<DAType id="Vector"><BDA name="mag" bType="Struct" type="AnalogueValue"/><BDA name="ang" bType="Struct" type="AnalogueValue"/></DAType>
<DAType id="Unit"><BDA name="SIUnit" bType="Enum" type="SIUnits"/><BDA name="multiplier" bType="Enum" type="Multipliers"/></DAType>
<DAType id="ValWithTrans"><BDA name="posVal" bType="INT8"/><BDA name="transInd" bType="BOOLEAN"/></DAType>
<DAType id="Originator"><BDA name="orCat" bType="Enum" type="OriginatorCategories"/><BDA name="orIdent" bType="Octet64"/></DAType>
${operate("OperBool", `bType="BOOLEAN"`)}
${operate("OperBoolTimed", `bType="BOOLEAN"`, true)}
${operate("OperInt", `bType="INT32"`)}
${operate("OperMode", `bType="Enum" type="Modes"`)}
${operate("OperAnalogue", `bType="Struct" type="AnalogueValue"`)}
${operate("OperStep", `bType="Tcmd"`)}
`;

export const ENUM_TYPES: string = [
  enumeration("CtlModels", {
    "status-only": 0,
    "direct-with-normal-security": 1,
    "sbo-with-normal-security": 2,
    "direct-with-enhanced-security": 3,
    "sbo-with-enhanced-security": 4,
  }),
  enumeration("SboClasses", { "operate-once": 0, "operate-many": 1 }),
  enumeration("Modes", { on: 1, blocked: 2, test: 3, "test/blocked": 4, off: 5 }),
  enumeration("Healths", { Ok: 1, Warning: 2, Alarm: 3 }),
  enumeration("Directions", { unknown: 0, forward: 1, backward: 2, both: 3 }),
  enumeration("OriginatorCategories", {
    "not-supported": 0,
    "bay-control": 1,
    "station-control": 2,
    "remote-control": 3,
    "automatic-bay": 4,
    "automatic-station": 5,
    "automatic-remote": 6,
    maintenance: 7,
    process: 8,
  }),
  enumeration("SIUnits", { "": 1, A: 5, V: 29, Hz: 33, W: 62, VA: 61, VAr: 63, Wh: 72, deg: 9, s: 4, "cos(phi)": 65 }),
  enumeration("Multipliers", { "": 0, k: 3, M: 6 }),
].join("\n");
