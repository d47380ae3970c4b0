/** `bun open-forms.ts PORT` says on which addresses the port is open to others here: a network namespace has its own. */
import { openForms } from "../forms.ts";

process.stdout.write(JSON.stringify(openForms(Number(process.argv[2]))));
