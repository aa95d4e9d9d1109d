/**
 * The light measurement device of GXF installations (FlexOVL 540 on an RTU560): sixteen digital inputs of which the first four are
 * light sensors, one unbuffered report control block without any optional field, and a data set in the order of its wiring.
 */
const INPUTS: readonly number[] = [16, 1, 10, 2, 3, 4, 5, 9, 11, 6, 7, 8, 15, 12, 13, 14];

export function lightSensorIcd(iedName: string = "AA1TH01"): string {
  const fcda = INPUTS.map(
    (n) => `<FCDA ldInst="LD0" prefix="SP" lnClass="GGIO" lnInst="${n}" doName="Ind" fc="ST"/>`,
  ).join("");
  const nodes = INPUTS.map((n) => `<LN prefix="SP" lnClass="GGIO" inst="${n}" lnType="GGIO"/>`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>
<SCL xmlns="http://www.iec.ch/61850/2003/SCL">
<Header id="RTU560"/>
<Communication><SubNetwork name="rtu"><ConnectedAP iedName="${iedName}" apName="S1"><Address><P type="IP">127.0.0.1</P>
<P type="OSI-TSEL">0001</P><P type="OSI-SSEL">0001</P><P type="OSI-PSEL">00000001</P><P type="OSI-AP-Title">1,3,9999,23</P>
<P type="OSI-AE-Qualifier">23</P></Address></ConnectedAP></SubNetwork></Communication>
<IED name="${iedName}" manufacturer="Busbar" type="FlexOVL_540"><AccessPoint name="S1"><Server><Authentication/><LDevice inst="LD0">
<LN0 lnClass="LLN0" inst="" lnType="LLN0">
  <DataSet name="StatNrmlA"><FCDA ldInst="LD0" lnClass="LLN0" doName="Health" fc="ST"/>${fcda}</DataSet>
  <ReportControl name="rcb_A" rptID="A" buffered="false" indexed="false" confRev="1" datSet="StatNrmlA">
    <TrgOps dchg="true" qchg="true"/><OptFields bufOvfl="false"/></ReportControl>
</LN0><LN lnClass="LPHD" inst="1" lnType="LPHD"/>${nodes}</LDevice></Server></AccessPoint></IED>
<DataTypeTemplates>
<LNodeType id="LLN0" lnClass="LLN0"><DO name="Mod" type="INS"/><DO name="Beh" type="INS"/><DO name="Health" type="INS"/>
  <DO name="NamPlt" type="LPL"/></LNodeType>
<LNodeType id="LPHD" lnClass="LPHD"><DO name="PhyHealth" type="INS"/></LNodeType>
<LNodeType id="GGIO" lnClass="GGIO"><DO name="Beh" type="INS"/><DO name="Ind" type="SPS"/></LNodeType>
<DOType id="INS" cdc="INS"><DA name="stVal" bType="INT32" fc="ST" dchg="true"><Val>1</Val></DA><DA name="q" bType="Quality" fc="ST" qchg="true"/>
  <DA name="t" bType="Timestamp" fc="ST"/></DOType>
<DOType id="SPS" cdc="SPS"><DA name="stVal" bType="BOOLEAN" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
  <DA name="t" bType="Timestamp" fc="ST"/></DOType>
<DOType id="LPL" cdc="LPL"><DA name="vendor" bType="VisString255" fc="DC"/><DA name="configRev" bType="VisString255" fc="DC"><Val>1</Val></DA></DOType>
</DataTypeTemplates></SCL>
`;
}
