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
export { palette, renderSvg } from './render.js';
