import { Module } from '@nestjs/common';
import { Downloader, downloadSettings } from '@jobstream/downloads';
import { Renderers, rendererSettings } from '@jobstream/images';
import { provideFrom } from '@jobstream/platform';
import { preparedStorageProvider } from '@jobstream/platform/storage';
import { ThumbnailHandler } from './thumbnail.handler.js';

@Module({
  providers: [
    preparedStorageProvider,
    provideFrom(downloadSettings, Downloader, ({ FETCH_ALLOW }) => new Downloader({ allowed: FETCH_ALLOW })),
    provideFrom(rendererSettings, Renderers, ({ RENDERERS }) => new Renderers({ maxProcesses: RENDERERS })),
    ThumbnailHandler,
  ],
})
export class ImageWorkerModule {}
