/** One step of the file's layout. Steps are never changed once released: a further change is a further step. */
export interface Migration {
  /** 1, 2, 3 …: the file's `user_version` afterwards. */
  version: number;
  name: string;
  sql: string;
}
