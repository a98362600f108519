import { Module } from '@nestjs/common';
import { Downloader, downloadSettings } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { readSettings } from '@jobstream/runtime';
import { ObjectStorage, openStorage, storageSettings } from '@jobstream/storage';
import { OcrHandler } from './ocr.handler.js';
import { Recogniser } from './ocr/recogniser.js';

@Module({
  providers: [
    OcrHandler,
    Recogniser,
    { provide: Renderers, useFactory: () => new Renderers() },
    { provide: ObjectStorage, useFactory: () => openStorage(readSettings(storageSettings, process.env)) },
    {
      provide: Downloader,
      useFactory: () => new Downloader({ allowed: readSettings(downloadSettings, process.env).FETCH_ALLOW }),
    },
  ],
})
export class InferenceModule {}
