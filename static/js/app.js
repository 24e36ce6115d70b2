// Behaviour of the frame. Each feature listens on the document, so pages that change later need no set-up.
import { startConfirm } from "./confirm.js";
import { startKeys } from "./keys.js";
import { startMenus } from "./menus.js";
import { startSheet } from "./sheet.js";
import { startTables } from "./tables.js";
import { startTheme } from "./theme-switch.js";
import { startUnsaved } from "./unsaved.js";

startTheme();
startMenus();
startKeys();
startConfirm();
startUnsaved();
startSheet();
startTables();
