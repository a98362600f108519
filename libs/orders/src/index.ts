// Operators' orders, such as pausing a queue: written to the log, kept in the memory of the processes that obey.
export { CancelBook } from './cancel-book.js';
export { OrderBook } from './order-book.js';
export { OrderReader, type OrderReaderOptions } from './order-reader.js';
export { OrderWriter } from './order-writer.js';
