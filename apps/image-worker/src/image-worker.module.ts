import { Module } from '@nestjs/common';
import { Downloader, downloadSettings } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { provide, provideFrom } from '@jobstream/platform';
import { preparedStorageProvider } from '@jobstream/platform/storage';
import { ThumbnailHandler } from './thumbnail.handler.js';

@Module({
  providers: [
    preparedStorageProvider,
    provideFrom(downloadSettings, Downloader, ({ FETCH_ALLOW }) => new Downloader({ allowed: FETCH_ALLOW })),
    provide(Renderers, []),
    ThumbnailHandler,
  ],
})
export class ImageWorkerModule {}
