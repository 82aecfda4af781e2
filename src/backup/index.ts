/** Backups of an installation with a database of its own: made, checked, restored. */
export { type Backup, dropOldest, makeBackup } from "./make.ts"
export { BackupError, backupsIn, type Manifest, readManifest } from "./manifest.ts"
export { checkFiles, restoreBackup } from "./restore.ts"
