/** All words that a payer reads, in Spanish. Another language is another object of this shape. */
import type { Reason, State } from "../../core/index.ts"
import type { PageMethod } from "../methods.ts"

const reasons: Record<Reason, string> = {
  not_enough_funds: "La cuenta no tiene saldo suficiente.",
  declined_by_bank: "El banco rechazó el pago.",
  invalid_account: "El banco no encontró esa cuenta. Revisa el número.",
  account_blocked: "La cuenta está cerrada o bloqueada.",
  holder_mismatch: "El titular de la cuenta no coincide con los datos del pago.",
  limit_exceeded: "El valor supera el límite de la cuenta.",
  mandate_revoked: "La autorización para debitar esta cuenta fue retirada.",
  returned_by_bank: "El banco devolvió el dinero.",
  operator_unavailable: "El banco no está disponible en este momento.",
  invalid_identifier: "El número no es válido.",
  expired: "Se acabó el tiempo para autorizar el pago.",
  cancelled_by_payer: "No autorizaste el pago.",
  cancelled_by_merchant: "El comercio canceló el pago.",
  other: "No se pudo completar el pago.",
}

const states: Record<Exclude<State, "pending" | "processing">, { title: string; text: string }> = {
  approved: { title: "Pago aprobado", text: "Listo. Tu pago quedó aprobado." },
  declined: { title: "Pago rechazado", text: "No se hizo ningún cobro." },
  expired: {
    title: "El enlace venció",
    text: "Se acabó el tiempo para pagar.",
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
    /** Stands before the minutes that are left. */
    in: "en",
    newLink: "Pídele al comercio un enlace nuevo.",
    support: "¿Dudas? Contacta al comercio:",
    back: "Volver al comercio",
    declined: "El intento anterior no funcionó.",
    tryAgain: "No se hizo ningún cobro. Puedes intentarlo de nuevo.",
    errors: "Revisa los datos marcados.",
    none: "En este momento no hay medios de pago disponibles para este comercio.",
    submit: (amount: string) => `Continuar para pagar ${amount}`,
    cancel: "Cancelar el pago",
    change: "Pagar con otro medio",
    untouched: "No se hizo ningún cobro.",
    choose: "Elige cómo quieres pagar.",
    left:
      "Si ya enviaste algo a la dirección que viste antes, no pagues otra vez: espera a que " +
      "aparezca aquí.",
    tooLate: "Ya no se puede detener: puede que el dinero esté en camino.",
  },
  form: {
    method: "¿Cómo quieres pagar?",
    methods: {
      bank: "Cuenta bancaria",
      wallet: "Nequi",
      bancolombia: "Bancolombia",
      crypto: "Cripto",
    } satisfies Record<PageMethod, string>,
    holder: "¿De quién es la cuenta?",
    holders: { person: "Persona", business: "Empresa" },
    all: "Todos los datos son obligatorios.",
    name: "Nombre completo",
    documentType: "Documento",
    documentTypes: { cc: "Cédula (CC)", ce: "Extranjería (CE)" },
    documentNumber: "Número de documento",
    businessName: "Razón social",
    nit: "NIT",
    email: "Correo electrónico",
    account: "Cuenta",
    bank: "Banco",
    chooseBank: "Elige tu banco",
    accountType: "Tipo de cuenta",
    accountTypes: { savings: "Ahorros", checking: "Corriente" },
    accountNumber: "Número de cuenta",
    wallet: "Tu Nequi",
    phone: "Celular registrado en Nequi",
    bancolombia: "Eliges la cuenta en Bancolombia: aquí no escribes su número.",
    known: "Lo que ves con puntos ya nos lo dio el comercio: déjalo así o escribe otro dato.",
    enforced: "El comercio exige que la cuenta esté a nombre de quien hace la compra.",
    consent: (amount: string, merchant: string) =>
      `Al continuar aceptas un solo pago de ${amount} a ${merchant}. Enviamos estos datos a tu ` +
      "banco para este pago, y no se cobra nada hasta que lo autorices allí.",
    consentCrypto: (amount: string, merchant: string) =>
      `Es un solo pago de ${amount} a ${merchant}. Al continuar verás cuánto enviar y a dónde; ` +
      "nada se mueve hasta que lo envíes.",
  },
  wrong: {
    method: "Elige cómo quieres pagar.",
    name: "Escribe el nombre y el apellido del titular.",
    signs: "Quita los signos que no van en un nombre, como < y >.",
    documentType: "Elige el tipo de documento.",
    documentNumber: {
      cc: "La cédula tiene entre 4 y 10 dígitos, sin letras, y no empieza por 0.",
      ce: "La cédula de extranjería tiene entre 3 y 10 dígitos, sin letras.",
      nit: "Escribe el NIT con guion y dígito de verificación, como 900123456-8.",
    },
    nitCheck: "Ese dígito de verificación no es el de ese NIT. Corrige el número o el dígito.",
    businessName: "Escribe la razón social de la empresa.",
    enforced: "Este documento no es el que exige el comercio para este pago.",
    email: "Escribe un correo válido, como nombre@ejemplo.com.",
    bank: "Elige tu banco.",
    accountType: "Elige el tipo de cuenta.",
    accountNumber: "El número de cuenta tiene entre 6 y 20 dígitos.",
    phone: "El celular tiene 10 dígitos y empieza por 3.",
    notOffered: "Este medio no sirve para este pago. Elige otro.",
    away: "Este medio no está disponible ahora. Espera unos segundos o elige otro.",
  },
  connecting: {
    title: "Conectando con tu banco",
    text: "Esta página se actualiza sola. No pagues de nuevo.",
  },
  wait: {
    title: "Estamos procesando tu pago",
    text:
      "Aún no hay respuesta. No pagues de nuevo: esta página se actualiza sola, y si la cierras " +
      "el pago sigue.",
    refresh: "Actualizar ahora",
  },
  visit: {
    expired:
      "Si ya autorizaste el pago en tu banco, espera aquí y no " +
      "pagues otra vez: todavía puede aprobarse.",
    bank: "tu banco",
    title: (place: string) => `Continúa en ${place}`,
    text: "Si aún no lo autorizaste, no se ha cobrado nada: autorízalo allí.",
    walletTitle: "Acéptalo en Nequi",
    wallet: (phone: string) => `Abre Nequi en tu celular ${phone} y acepta el pago.`,
    asking: {
      title: (place: string) => `Esperamos la respuesta de ${place}`,
      text: "Si ya autorizaste el pago, no hagas nada más: esta página se actualiza sola.",
    },
    from: "Desde",
    holder: "A nombre de",
    next: "Qué sigue",
    steps: {
      enter: (place: string) => `Entras a ${place} y revisas el comercio y el valor.`,
      agree: "Autorizas el pago.",
      back: "Vuelves aquí y ves el resultado.",
    },
    go: (place: string) => `Ir a ${place}`,
    goWallet: "Abrir Nequi",
    simulated: "Es una simulación: no entras a ningún banco de verdad.",
    warning: "Si ya lo autorizaste, no empieces otro pago.",
  },
  receipt: {
    title: "Comprobante",
    date: "Fecha",
    method: "Medio de pago",
    paid: "Enviado",
    reference: "Referencia",
    transaction: "Transacción",
    print: "Imprimir o guardar",
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
    change:
      "¿Ya enviaste? No pagues con otro medio: espera a que aparezca aquí. " +
      "Si no has enviado nada, puedes cambiar.",
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
      `${merchant} pide permiso para debitar pagos de tu cuenta Bancolombia. Puedes retirarlo ` +
      "cuando quieras en esta misma página.",
    name: "Titular",
    account: "Cuenta",
    agree: "Autorizar",
    decline: "No autorizar",
    agreed: {
      title: "Autorización lista",
      text: "Ya puedes cerrar esta página. Guarda su enlace: aquí puedes retirar el permiso.",
    },
    declined: { title: "No autorizaste los débitos", text: "No se hará ningún cobro." },
    withdraw: "Retirar mi autorización",
    keep: "Mantenerla",
    withdrawing: {
      heading: "¿Retirar tu autorización?",
      text: (merchant: string) =>
        `${merchant} ya no podrá hacer cobros nuevos a esta cuenta. Lo que ya se envió a tu ` +
        "banco todavía puede cobrarse.",
    },
    withdrawn: {
      title: "Autorización retirada",
      text: "No se harán cobros nuevos. Lo que ya se envió a tu banco todavía puede cobrarse.",
    },
  },
  /** Where nothing can have been sent; `transfer.offline` where something may have been. */
  offline: "Sin conexión. Seguimos intentando.",
  problems: {
    back: "Volver al pago",
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
    tooMany: {
      title: "Demasiados intentos desde tu red",
      text: "Espera un minuto y revisa que copiaste el enlace entero.",
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
