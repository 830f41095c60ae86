/** `mirrorflow/report`: charts and reports, as SVG and HTML. The one entry that loads vega. */
export {
  type Cell,
  compareReport,
  flowReport,
  type HtmlReport,
  htmlReport,
  type LineChart,
  type LinePoint,
  type LineSeries,
  lineChart,
  type PolicyMap,
  policyMap,
  type ReportFigure,
  type ReportSection,
  type ReportTable,
  type Rule,
} from '../report/index.js';
export type { AgentPath, AgentResult, SeedResult } from '../theory/agentResult.js';
export type { FlowResult } from '../theory/flowResult.js';
