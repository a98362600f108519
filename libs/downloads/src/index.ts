// Downloads of URLs from strangers, from the public internet only; and the guard of the connections, for whoever else calls strangers.
export { allowedHostsSchema, downloadSettings, portOf, type AllowedHosts } from './allowed-hosts.js';
export { checkUrl, faultOfUrl } from './check-url.js';
export {
  DownloadError,
  DownloadFailedError,
  DownloadTooLargeError,
  UrlRefusedError,
} from './download-errors.js';
export { guardedConnector, type ConnectorOptions } from './guarded-connector.js';
export type { Resolve } from './guarded-lookup.js';
export { Downloader, type DownloaderOptions } from './downloader.js';
