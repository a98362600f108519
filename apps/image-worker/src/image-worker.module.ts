import { Module } from '@nestjs/common';
import { readSettings } from '@jobstream/runtime';
import { ObjectStorage, openStorage, storageSettings } from '@jobstream/storage';
import { Renderers } from './rendering/renderers.js';
import { ThumbnailHandler } from './thumbnail.handler.js';

@Module({
  providers: [
    { provide: ObjectStorage, useFactory: () => openStorage(readSettings(storageSettings, process.env)) },
    Renderers,
    ThumbnailHandler,
  ],
})
export class ImageWorkerModule {}
