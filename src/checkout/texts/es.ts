/** All words that a payer reads, in Spanish. Another language is another object of this shape. */
import type { Reason, State } from "../../core/index.ts"

const reasons: Record<Reason, string> = {
  not_enough_funds: "La cuenta no tiene saldo suficiente.",
  declined_by_bank: "El banco rechazó el pago.",
  invalid_account: "El banco no encontró esa cuenta. Revisa el número.",
  account_blocked: "La cuenta está cerrada o bloqueada.",
  holder_mismatch: "El titular de la cuenta no coincide con los datos que escribiste.",
  limit_exceeded: "El valor supera el límite de la cuenta.",
  mandate_revoked: "La autorización para debitar esta cuenta fue retirada.",
  returned_by_bank: "El banco devolvió el dinero.",
  operator_unavailable: "El banco no está disponible en este momento.",
  invalid_identifier: "El número no es válido.",
  expired: "Se acabó el tiempo para pagar.",
  cancelled_by_payer: "Cancelaste el pago.",
  cancelled_by_merchant: "El comercio canceló el pago.",
  other: "No se pudo completar el pago.",
}

const states: Record<Exclude<State, "pending" | "processing">, { title: string; text: string }> = {
  approved: { title: "Pago aprobado", text: "Listo. El comercio ya tiene la confirmación." },
  declined: { title: "Pago rechazado", text: "No se hizo ningún cobro." },
  expired: {
    title: "El enlace venció",
    text: "Se acabó el tiempo para pagar. Pídele al comercio un enlace nuevo.",
  },
  cancelled: { title: "Pago cancelado", text: "No se hizo ningún cobro." },
  returned: { title: "Pago devuelto", text: "El banco devolvió el dinero de este pago." },
}

export const es = {
  /** What Intl and `lang` are given. */
  language: "es-CO",
  sandbox: "Modo de prueba: aquí no se mueve dinero real.",
  footer: "Página de pago segura · Caudal",
  number: "Número de pago",
  switch: "Idioma",
  reasons,
  states,
  pay: {
    title: (merchant: string) => `Pagar a ${merchant}`,
    to: "Pago a",
    description: "Concepto",
    expires: "Vence",
    support: "¿Dudas? Contacta al comercio:",
    back: "Volver al comercio",
    declined: "El intento anterior no funcionó.",
    tryAgain: "No se hizo ningún cobro. Puedes intentarlo de nuevo.",
    errors: "Revisa los datos marcados.",
    none: "En este momento no hay medios de pago disponibles para este comercio.",
    submit: (amount: string) => `Pagar ${amount}`,
    cancel: "Cancelar el pago",
  },
  form: {
    method: "¿Cómo quieres pagar?",
    methods: { bank: "Cuenta bancaria", wallet: "Nequi o billetera" },
    payer: "Datos del titular",
    name: "Nombre completo",
    documentType: "Tipo de documento",
    documentTypes: { cc: "Cédula (CC)", ce: "Extranjería (CE)", nit: "NIT" },
    documentNumber: "Número",
    email: "Correo electrónico",
    account: "Cuenta",
    bank: "Banco",
    chooseBank: "Elige tu banco",
    accountType: "Tipo de cuenta",
    accountTypes: { savings: "Ahorros", checking: "Corriente" },
    accountNumber: "Número de cuenta",
    wallet: "Billetera",
    phone: "Celular de la billetera",
    known: "Lo que ves con puntos ya nos lo dio el comercio: déjalo así o escribe otro dato.",
    enforced: "El comercio exige que la cuenta esté a nombre de quien hace la compra.",
  },
  wrong: {
    method: "Elige cómo quieres pagar.",
    name: "Escribe el nombre y el apellido del titular.",
    documentType: "Elige el tipo de documento.",
    documentNumber: {
      cc: "La cédula tiene entre 4 y 10 dígitos, sin letras.",
      ce: "La cédula de extranjería tiene entre 3 y 10 dígitos, sin letras.",
      nit: "El NIT tiene 9 o 10 dígitos, sin letras.",
    },
    enforced: "Este documento no es el que exige el comercio para este pago.",
    email: "Escribe un correo válido, como nombre@ejemplo.com.",
    bank: "Elige tu banco.",
    accountType: "Elige el tipo de cuenta.",
    accountNumber: "El número de cuenta tiene entre 6 y 20 dígitos.",
    phone: "El celular tiene 10 dígitos y empieza por 3.",
  },
  wait: {
    title: "Estamos procesando tu pago",
    text: "Esta página se actualiza sola. No pagues de nuevo.",
    refresh: "Actualizar ahora",
  },
  visit: {
    title: "Continúa en tu banco",
    text: "Para terminar, autoriza el pago en la página de tu banco.",
    go: "Ir al banco",
  },
  send: {
    title: "Envía el pago desde tu billetera",
    choose: "Red y moneda",
    other: "Cambiar de red o moneda",
    exact: "Envía exactamente",
    rest: "Envía lo que falta",
    elsewhere: (token: string) =>
      `Ya llegó una parte en otra moneda o red. Si pagas en ${token}, envía el valor completo.`,
    address: "A esta dirección",
    warning: (token: string, network: string) =>
      `Envía solo ${token} por ${network}. Lo que llegue por otra red o moneda puede perderse.`,
    fees: "Si envías desde un exchange, suma su comisión de retiro: debe llegar el valor completo.",
    scan: "Escanea con tu billetera",
    qr: (amount: string, token: string, network: string) =>
      `Código QR para enviar ${amount} ${token} por ${network}`,
    link: "Abrir en mi billetera",
    copy: "Copiar",
    copied: "Copiado",
    selected: "Seleccionado: cópialo",
    copyAmount: "Copiar el valor",
    copyAddress: "Copiar la dirección",
    left: "Tiempo para pagar",
    simulate: "Simular el pago",
    again: "Pedir una dirección nueva",
  },
  wallet: {
    pay: "Pagar con mi billetera",
    payWith: "Pagar con",
    confirm: "Confírmalo en tu billetera.",
    sent: "Transferencia enviada. Espera aquí: todavía no la vemos en la red.",
    rejected: "Lo cancelaste en tu billetera. No se envió nada.",
    addNetwork: (network: string) =>
      `Tu billetera no tiene la red ${network}. Agrégala e inténtalo de nuevo.`,
    wrongNetwork: (network: string) =>
      `Tu billetera sigue en otra red. Cámbiala a ${network} e inténtalo de nuevo.`,
    changed: "El pago cambió mientras tanto. No se envió nada desde tu billetera.",
    waiting: "Tu billetera ya tiene una solicitud abierta. Ábrela para confirmarla.",
    noAccount: "Tu billetera no abrió ninguna cuenta.",
    failed: "Tu billetera no pudo enviarlo. Revisa en ella que no haya salido antes de repetirlo.",
  },
  transfer: {
    waiting: { title: "Esperando tu transferencia", text: "Esta página se actualiza sola." },
    short: {
      title: "Falta una parte",
      text: (came: string, due: string) => `Llegaron ${came} de ${due}. Envía solo lo que falta.`,
    },
    seen: {
      title: "Vimos tu transferencia",
      text: "La red la está confirmando. No pagues de nuevo.",
    },
    list: "Transferencias",
    count: (done: number, needed: number) => `${done} de ${needed} confirmaciones`,
    confirming: "Esperando a que la red la confirme",
    final: "Confirmada",
    orphaned: "La red la anuló y no cuenta",
    explorer: "Ver en el explorador",
    over: (amount: string) =>
      `Enviaste ${amount} de más. Contacta al comercio para que te los devuelva.`,
    lost: (amount: string) =>
      `Recibimos ${amount} y no se perdieron: contacta al comercio para abonarlos o devolverlos.`,
    late:
      "Si ya enviaste el dinero, no lo envíes otra vez: cuando la red lo confirme, " +
      "el pago todavía puede aprobarse.",
    offline: "Sin conexión. Seguimos intentando; lo que enviaste no se pierde.",
  },
  consent: {
    title: (merchant: string) => `Autorización para ${merchant}`,
    heading: "Autoriza los débitos a tu cuenta",
    text: (merchant: string) =>
      `${merchant} pide permiso para debitar pagos de tu cuenta Bancolombia.`,
    name: "Titular",
    account: "Cuenta",
    agree: "Autorizar",
    decline: "No autorizar",
    agreed: { title: "Autorización lista", text: "Ya puedes cerrar esta página." },
    declined: { title: "No autorizaste los débitos", text: "No se hará ningún cobro." },
  },
  problems: {
    notFound: {
      title: "No encontramos este pago",
      text: "El enlace está incompleto o no existe. Revisa que lo copiaste entero o pide otro.",
    },
    foreign: {
      title: "No pudimos aceptar este envío",
      text: "Vino de otra página. Abre el enlace de pago e inténtalo desde allí.",
    },
    unreadable: {
      title: "No pudimos leer el formulario",
      text: "Vuelve a abrir el enlace de pago e inténtalo otra vez.",
    },
    unavailable: {
      title: "Volvemos en un momento",
      text: "No pudimos atenderte ahora. Espera unos segundos y recarga la página.",
    },
    broken: {
      title: "Algo salió mal de nuestro lado",
      text: "Ya quedó registrado. Recarga la página antes de intentar otro pago.",
    },
  },
}
