// Downloads of URLs from strangers, from the public internet only.
export { downloadSettings, type AllowedHosts } from './allowed-hosts.js';
export { checkUrl } from './check-url.js';
export {
  DownloadError,
  DownloadFailedError,
  DownloadTooLargeError,
  UrlRefusedError,
} from './download-errors.js';
export { Downloader, type DownloaderOptions } from './downloader.js';
