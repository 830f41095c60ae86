export type { Guide, Rule } from './chartRules.js';
export { cellText, tableCsv } from './csv.js';
export { baselineTable } from './flow/baselineFigure.js';
export { compareDocument, compareReport } from './flow/compareReport.js';
export { flowDocument, flowReport } from './flow/flowReport.js';
export { sweepDocument, sweepReport, sweepTable } from './flow/sweepReport.js';
export { flowJson, writeFlow, writeSweep } from './flow/writeFlow.js';
export {
  type Cell,
  type HtmlReport,
  htmlReport,
  type ReportFigure,
  type ReportSection,
  type ReportTable,
} from './html.js';
export { latexTable, latexText } from './latex.js';
export { type LineChart, type LinePoint, type LineSeries, lineChart, lineChartSpec } from './lineChart.js';
export { type PdfOptions, svgToPdf } from './pdf.js';
export { type PolicyMap, policyMap } from './policyMap.js';
export { palette, renderSvg } from './render.js';
export { type ReportFiles, writeReportFiles } from './reportFiles.js';
export { plain, typesetHtml } from './typeset.js';
