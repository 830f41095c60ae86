export { compareReport, flowReport } from './flowReport.js';
export {
  type Cell,
  escapeHtml,
  type HtmlReport,
  htmlReport,
  type ReportFigure,
  type ReportSection,
  type ReportTable,
} from './html.js';
export { type LineChart, type LinePoint, type LineSeries, lineChart, lineChartSpec, type Rule } from './lineChart.js';
export { type PolicyMap, policyMap } from './policyMap.js';
export { palette, renderSvg } from './render.js';
