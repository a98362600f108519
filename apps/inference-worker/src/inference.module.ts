import { Module } from '@nestjs/common';
import { Downloader, downloadSettings } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { provide, provideFrom } from '@jobstream/platform';
import { preparedStorageProvider } from '@jobstream/platform/storage';
import { OcrHandler } from './ocr.handler.js';
import { Recogniser } from './ocr/recogniser.js';

@Module({
  providers: [
    OcrHandler,
    Recogniser,
    provide(Renderers, []),
    preparedStorageProvider,
    provideFrom(downloadSettings, Downloader, ({ FETCH_ALLOW }) => new Downloader({ allowed: FETCH_ALLOW })),
  ],
})
export class InferenceModule {}
