import { Module } from '@nestjs/common';
import { Stationery } from './stationery.js';
import { WriteLetterHandler } from './write-letter.handler.js';

@Module({ providers: [Stationery, WriteLetterHandler] })
export class LettersModule {}
