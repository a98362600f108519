// What operators order (pause a queue): written to the log, kept in the memory of whoever has to obey.
export { CancelBook } from './cancel-book.js';
export { OrderBook } from './order-book.js';
export { OrderReader, type OrderReaderOptions } from './order-reader.js';
export { OrderWriter } from './order-writer.js';
