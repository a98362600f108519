import { drawReport } from './draw-report.js';

export default drawReport;
