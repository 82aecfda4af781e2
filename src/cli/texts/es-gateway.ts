/** Spanish help of the gateway itself: running it, looking after it, developing against it. */
import type { Texts } from "./texts.ts"

const SINCE = "solo desde entonces: 2026-01-05 o 2026-01-05T09:30Z, en UTC"

export const GATEWAY_ES: Texts["commands"] = {
  start: {
    about:
      "Pone en marcha la pasarela hasta que se le diga que pare (Ctrl-C); igual que npm start.",
    options: { processes: "reparte puerto y trabajo entre N procesos; 1 si se omite" },
  },
  demo: {
    about: "Recorre cada flujo hasta su fin y muestra cada petición, respuesta y webhook.",
    options: {
      url: "una pasarela en marcha; si no, la de la carpeta de datos, o una nueva",
      credentials: "su sandbox.json",
    },
  },
  "retention show": {
    about: "Lista los meses de eventos y entregas: filas estimadas, tamaño, fila más antigua.",
  },
  "retention drop": {
    about:
      "Borra para siempre eventos y entregas de todos los meses anteriores a uno. Pagos, " +
      "intentos y libros quedan, y también los últimos 13 meses.",
    options: {
      before: "el primer mes que se conserva, en UTC",
      "dry-run": "solo dice qué se iría",
    },
  },
  "master-key show": {
    about: "Cuenta lo que selló cada clave maestra, por el id de la clave; lee cada caja sellada.",
  },
  "master-key rotate": {
    about:
      "Vuelve a sellar todo con la clave maestra actual, junto a pasarelas en marcha que la " +
      "conocen. Un sandbox con su clave en master.key recibe una nueva; para eso deténgalo. " +
      "Termina con 1 si algo quedó: entonces repítalo.",
  },
  verify: {
    about:
      "Suma otra vez cada cuenta y compara entre sí eventos, pagos, devoluciones, avistamientos, " +
      "entregas, respuestas y la bitácora, como son en un mismo instante. Nada espera por ello; " +
      "termina con 1 si una fila está mal.",
  },
  backup: {
    about:
      "Copia la base de datos y la carpeta de datos, de un mismo instante, sin detener la " +
      "pasarela; luego restaura la copia al lado, revisa sus libros como caudal verify, y quita " +
      "eso otra vez. Termina con 1 si la copia no sirve.",
    options: {
      to: "dónde están las copias, mejor en otro disco",
      keep: "quita las más antiguas de esta base de datos más allá de N; sin él quedan todas",
      "no-check": "solo compara los archivos con sus hashes, no restaura nada",
    },
  },
  restore: {
    about:
      "Pone una copia en la carpeta de datos, que debe estar vacía o no existir, y revisa sus " +
      "libros. Se saltan direcciones que pudieron entregarse después, y los archivos a bancos " +
      "esperan: docs/operating/backups.md dice qué hacer antes de arrancar.",
    options: {
      from: "la copia: la carpeta con backup.json",
      "dry-run": "solo compara los archivos con sus hashes, no restaura nada",
    },
  },
  listen: {
    about:
      "Reenvía cada evento a una dirección de esta máquina cuando ocurre, firmado como Standard " +
      "Webhooks con el secreto que se imprime primero, y muestra qué se respondió. Un reinicio " +
      "de la pasarela no pierde nada. En el dialecto de un proveedor tiene un endpoint mientras " +
      "corre.",
    options: {
      "forward-to": "por ejemplo http://127.0.0.1:3000/webhooks",
      types: "solo estos, por ejemplo payment.approved,refund.*; sin él, todos",
      dialect: "con las palabras de pentagoo, tapila, palomma-pay, palomma-direct-debit o caudal",
      secret: "firma con este whsec_… en vez de uno nuevo",
      after: "comienza después de este evento en vez de ahora",
      count: "termina después de tantos eventos",
    },
  },
  replay: {
    about:
      "Hace que unas entregas venzan otra vez, con el mismo id y el mismo cuerpo: una por su id, " +
      "o todas las de un endpoint desde una hora que fallaron o se cancelaron. Se envían " +
      "enseguida.",
    options: {
      merchant: "de quién: su nombre o id; sin él se busca en todos",
      endpoint: "en su lugar, todas las de este endpoint, con --since",
      since: "de eventos desde entonces: 2026-01-05, 2026-01-05T09:30Z, o hace cuánto: 30m, 2h, 3d",
      until: "y antes de entonces; hasta ahora si se omite",
      state: "cuáles: failed, cancelled, delivered; failed y cancelled si se omite",
    },
  },
  doctor: {
    about:
      "Revisa versiones, configuración, archivos, disco, base de datos, libros, pasarela, " +
      "cadenas, rieles y receptores; cada línea dice qué hacer si algo está mal. Termina con 1 " +
      "si hay que hacer algo; lo que solo conviene mirar es una advertencia.",
    options: { strict: "termina con 1 también por advertencias" },
  },
  export: {
    about:
      "Escribe lo de un comercio (payments, customers, instruments, events, deliveries, " +
      "statement, settings) en un archivo, lo más nuevo primero. Nombres, documentos, cuentas y " +
      "textos van enmascarados, salvo con --reveal: eso queda en la bitácora.",
    options: {
      from: "creado entonces o después: 2026-01-05, 2026-01-05T09:30Z, o hace cuánto: 30m, 2h, 3d",
      to: "creado antes de entonces",
      currency: "de un extracto: por ejemplo COP",
      format: "csv si se omite; settings siempre es JSON",
      reveal: "nada se enmascara",
    },
  },
  "import settings": {
    about:
      "Hace de un comercio lo que dice un archivo de caudal export settings: su aspecto, sus " +
      "rieles, sus condiciones y sus endpoints. Lo que es igual queda, así que puede repetirse. " +
      "Claves, secretos y dinero no se mueven; los endpoints reciben secretos nuevos, mostrados " +
      "una vez.",
    options: { as: "llama así al comercio en vez de como dice el archivo" },
  },
  trigger: {
    about:
      "Ejecuta un caso en un sandbox en marcha, muestra cada paso y termina con 1 si algo no fue " +
      "lo esperado. Sin nombre, o con --list, dice cuáles hay.",
    options: {
      list: "dice qué casos hay",
      credentials: "su sandbox.json; si se omite, el de la carpeta de datos",
    },
  },
  "completion bash": {
    about: "Imprime un guion para bash: cárguelo, o guárdelo donde bash busca esos guiones.",
  },
  "completion zsh": {
    about: "Imprime un guion para zsh: guárdelo como _caudal en una carpeta de su fpath.",
  },
  "audit list": {
    about: "Lista lo que los operadores hicieron con comandos y con sus claves, lo último primero.",
    options: {
      since: SINCE,
      action: "solo esta, por ejemplo wallet.top-up",
      merchant: "solo lo que le concierne: su nombre o id",
      limit: "cuántas, de 1 a 1000; 50 si se omite",
    },
  },
  "audit export": {
    about: "Escribe la bitácora como líneas de JSON, lo más antiguo primero; cada una con su hash.",
    options: {
      since: SINCE,
      action: "solo esta, por ejemplo wallet.top-up",
      merchant: "solo lo que le concierne: su nombre o id",
    },
  },
  "audit verify": {
    about:
      "Recorre la cadena de la bitácora y nombra la primera fila errónea; entonces termina con " +
      "1. Lo último que imprime vale la pena anotarlo: con --from se ve si la bitácora fue " +
      "cortada.",
    options: { from: "uno que se anotó: una fila debe tenerlo todavía" },
  },
  "user add": {
    about:
      "Crea un usuario de la consola y muestra un enlace, una vez, con el que se elige una " +
      "contraseña en los tres días siguientes.",
    options: {
      name: "como lo muestran la consola y la auditoría",
      role: "uno de owner, operator, support, merchant; support si se omite",
      merchant: "de quién es el usuario, para el rol merchant",
      language: "uno de es, pt, en; es si se omite",
    },
  },
  "user list": { about: "Lista los usuarios de la consola." },
  "user disable": { about: "Termina el acceso de un usuario al instante, con sus sesiones." },
  "user enable": {
    about: "Devuelve el acceso a un usuario desactivado, con la contraseña que tenía.",
  },
  "user reset": {
    about:
      "Quita contraseña y segundo factor a quien los perdió, termina sus sesiones y muestra un " +
      "enlace nuevo, una vez.",
  },
}
