import { Module } from '@nestjs/common';
import { Downloader, downloadSettings } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { readSettings } from '@jobstream/runtime';
import { ObjectStorage, openStorage, storageSettings } from '@jobstream/storage';
import { ThumbnailHandler } from './thumbnail.handler.js';

@Module({
  providers: [
    { provide: ObjectStorage, useFactory: () => openStorage(readSettings(storageSettings, process.env)) },
    {
      provide: Downloader,
      useFactory: () => new Downloader({ allowed: readSettings(downloadSettings, process.env).FETCH_ALLOW }),
    },
    { provide: Renderers, useFactory: () => new Renderers() },
    ThumbnailHandler,
  ],
})
export class ImageWorkerModule {}
