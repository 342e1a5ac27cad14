import { echo } from './echo.ts';

export default { fetch: echo };
