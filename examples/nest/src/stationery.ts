import { Injectable } from '@nestjs/common';

/** Knows how letters begin. */
@Injectable()
export class Stationery {
  greet(name: string): string {
    return `Dear ${name},`;
  }
}
