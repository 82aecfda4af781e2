/** All words that a payer reads, in the Portuguese of Brazil. */
import type { Texts } from "./index.ts"

const reasons: Texts["reasons"] = {
  not_enough_funds: "A conta não tem saldo suficiente.",
  declined_by_bank: "O banco recusou o pagamento.",
  invalid_account: "O banco não encontrou essa conta. Confira o número.",
  account_blocked: "A conta está encerrada ou bloqueada.",
  holder_mismatch: "O titular da conta não corresponde aos dados do pagamento.",
  limit_exceeded: "O valor ultrapassa o limite da conta.",
  mandate_revoked: "A autorização para debitar esta conta foi retirada.",
  returned_by_bank: "O banco devolveu o dinheiro.",
  operator_unavailable: "O banco não está disponível neste momento.",
  invalid_identifier: "O número não é válido.",
  expired: "O tempo para autorizar o pagamento acabou.",
  cancelled_by_payer: "Você não autorizou o pagamento.",
  cancelled_by_merchant: "A loja cancelou o pagamento.",
  other: "Não foi possível concluir o pagamento.",
}

const states: Texts["states"] = {
  approved: { title: "Pagamento aprovado", text: "Pronto. Seu pagamento foi aprovado." },
  declined: { title: "Pagamento recusado", text: "Nada foi cobrado." },
  expired: {
    title: "O link expirou",
    text: "O tempo para pagar acabou.",
  },
  cancelled: { title: "Pagamento cancelado", text: "Nada foi cobrado." },
  returned: { title: "Pagamento devolvido", text: "O banco devolveu o dinheiro deste pagamento." },
}

export const pt: Texts = {
  language: "pt-BR",
  sandbox: "Modo de teste: aqui não se movimenta dinheiro real.",
  footer: "Página de pagamento segura · Caudal",
  number: "Número do pagamento",
  switch: "Idioma",
  reasons,
  states,
  pay: {
    title: (merchant) => `Pagar a ${merchant}`,
    to: "Pagamento para",
    description: "Descrição",
    expires: "Vence",
    in: "em",
    newLink: "Peça um novo link à loja.",
    support: "Dúvidas? Fale com a loja:",
    back: "Voltar à loja",
    declined: "A tentativa anterior não funcionou.",
    tryAgain: "Nada foi cobrado. Você pode tentar de novo.",
    errors: "Confira os dados marcados.",
    none: "No momento esta loja não tem formas de pagamento disponíveis.",
    submit: (amount) => `Continuar para pagar ${amount}`,
    cancel: "Cancelar o pagamento",
    change: "Pagar de outra forma",
    untouched: "Nada foi cobrado.",
    choose: "Escolha como você quer pagar.",
    left:
      "Se você já enviou algo ao endereço que viu antes, não pague outra vez: espere aparecer " +
      "aqui.",
    tooLate: "Não dá mais para parar: o dinheiro pode estar a caminho.",
  },
  form: {
    method: "Como você quer pagar?",
    methods: {
      bank: "Conta bancária",
      wallet: "Nequi",
      bancolombia: "Bancolombia",
      crypto: "Cripto",
    },
    holder: "De quem é a conta?",
    holders: { person: "Pessoa", business: "Empresa" },
    all: "Todos os dados são obrigatórios.",
    name: "Nome completo",
    documentType: "Documento",
    documentTypes: { cc: "Cédula (CC)", ce: "Estrangeiro (CE)" },
    documentNumber: "Número do documento",
    businessName: "Razão social",
    nit: "NIT",
    email: "E-mail",
    account: "Conta",
    bank: "Banco",
    chooseBank: "Escolha seu banco",
    accountType: "Tipo de conta",
    accountTypes: { savings: "Poupança", checking: "Corrente" },
    accountNumber: "Número da conta",
    wallet: "Seu Nequi",
    phone: "Celular cadastrado no Nequi",
    bancolombia: "Você escolhe a conta no Bancolombia: aqui não digita o número dela.",
    known: "O que aparece com pontos a loja já nos deu: deixe assim ou digite outro dado.",
    enforced: "A loja exige que a conta esteja em nome de quem faz a compra.",
    consent: (amount, merchant) =>
      `Ao continuar você aceita um único pagamento de ${amount} para ${merchant}. Enviamos estes ` +
      "dados ao seu banco para este pagamento, e nada é cobrado até você autorizar lá.",
    consentCrypto: (amount, merchant) =>
      `É um único pagamento de ${amount} para ${merchant}. Ao continuar você verá quanto enviar ` +
      "e para onde; nada sai até você enviar.",
  },
  wrong: {
    method: "Escolha como você quer pagar.",
    name: "Digite o nome e o sobrenome do titular.",
    signs: "Tire os sinais que não fazem parte de um nome, como < e >.",
    documentType: "Escolha o tipo de documento.",
    documentNumber: {
      cc: "A cédula tem entre 4 e 10 dígitos, sem letras, e não começa com 0.",
      ce: "A cédula de estrangeiro tem entre 3 e 10 dígitos, sem letras.",
      nit: "Digite o NIT com hífen e dígito de verificação, como 900123456-8.",
    },
    nitCheck: "Esse dígito de verificação não é o desse NIT. Corrija o número ou o dígito.",
    businessName: "Digite a razão social da empresa.",
    enforced: "Este documento não é o que a loja exige para este pagamento.",
    email: "Digite um e-mail válido, como nome@exemplo.com.",
    bank: "Escolha seu banco.",
    accountType: "Escolha o tipo de conta.",
    accountNumber: "O número da conta tem entre 6 e 20 dígitos.",
    phone: "O celular tem 10 dígitos e começa com 3.",
    notOffered: "Esta forma não serve para este pagamento. Escolha outra.",
    away: "Esta forma não está disponível agora. Espere alguns segundos ou escolha outra.",
  },
  connecting: {
    title: "Conectando com o seu banco",
    text: "Esta página se atualiza sozinha. Não pague de novo.",
  },
  wait: {
    title: "Estamos processando seu pagamento",
    text:
      "Ainda não há resposta. Não pague de novo: esta página se atualiza sozinha, e se você a " +
      "fechar o pagamento continua.",
    refresh: "Atualizar agora",
  },
  visit: {
    expired:
      "Se você já autorizou o pagamento no seu banco, espere aqui e não pague " +
      "outra vez: ele ainda pode ser aprovado.",
    bank: "seu banco",
    title: (place) => `Continue no ${place}`,
    text: "Se você ainda não autorizou, nada foi cobrado: autorize lá.",
    walletTitle: "Aceite no Nequi",
    wallet: (phone) => `Abra o Nequi no seu celular ${phone} e aceite o pagamento.`,
    asking: {
      title: (place) => `Aguardando a resposta do ${place}`,
      text: "Se você já autorizou o pagamento, só espere: esta página se atualiza sozinha.",
    },
    from: "De",
    holder: "Em nome de",
    next: "Próximos passos",
    steps: {
      enter: (place) => `Você entra no ${place} e confere a loja e o valor.`,
      agree: "Autoriza o pagamento.",
      back: "Volta aqui e vê o resultado.",
    },
    go: (place) => `Ir para o ${place}`,
    goWallet: "Abrir o Nequi",
    simulated: "É uma simulação: você não entra em nenhum banco de verdade.",
    warning: "Se você já autorizou, não comece outro pagamento.",
  },
  receipt: {
    title: "Comprovante",
    date: "Data",
    method: "Forma de pagamento",
    paid: "Enviado",
    reference: "Referência",
    transaction: "Transação",
    print: "Imprimir ou salvar",
  },
  send: {
    title: "Envie o pagamento da sua carteira",
    choose: "Rede e moeda",
    other: "Trocar de rede ou moeda",
    exact: "Envie exatamente",
    rest: "Envie o que falta",
    elsewhere: (token) =>
      `Já chegou uma parte em outra moeda ou rede. Se pagar em ${token}, envie o valor completo.`,
    address: "Para este endereço",
    warning: (token, network) =>
      `Envie só ${token} pela ${network}. O que chegar por outra rede ou moeda pode se perder.`,
    fees: "Se enviar de uma exchange, some a taxa de saque dela: deve chegar o valor completo.",
    scan: "Escaneie com sua carteira",
    qr: (amount, token, network) => `Código QR para enviar ${amount} ${token} pela ${network}`,
    link: "Abrir na minha carteira",
    copy: "Copiar",
    copied: "Copiado",
    selected: "Selecionado: copie",
    copyAmount: "Copiar o valor",
    copyAddress: "Copiar o endereço",
    left: "Tempo para pagar",
    simulate: "Simular o pagamento",
    again: "Pedir um novo endereço",
    change:
      "Já enviou? Não pague de outra forma: espere a transferência aparecer aqui. " +
      "Se não enviou nada, você pode trocar.",
  },
  wallet: {
    pay: "Pagar com minha carteira",
    payWith: "Pagar com",
    confirm: "Confirme na sua carteira.",
    sent: "Transferência enviada. Espere aqui: ainda não a vemos na rede.",
    rejected: "Você cancelou na sua carteira. Nada foi enviado.",
    addNetwork: (network) => `Sua carteira não tem a rede ${network}. Adicione-a e tente de novo.`,
    wrongNetwork: (network) =>
      `Sua carteira continua em outra rede. Mude-a para ${network} e tente de novo.`,
    changed: "O pagamento mudou nesse meio-tempo. Nada foi enviado da sua carteira.",
    waiting: "Sua carteira já tem um pedido aberto. Abra-a para confirmar.",
    noAccount: "Sua carteira não abriu nenhuma conta.",
    failed: "Sua carteira não conseguiu enviar. Confira nela que nada saiu antes de repetir.",
  },
  transfer: {
    waiting: { title: "Esperando sua transferência", text: "Esta página se atualiza sozinha." },
    short: {
      title: "Falta uma parte",
      text: (came, due) => `Chegaram ${came} de ${due}. Envie só o que falta.`,
    },
    seen: {
      title: "Vimos sua transferência",
      text: "A rede está confirmando. Não pague de novo.",
    },
    list: "Transferências",
    count: (done, needed) => `${done} de ${needed} confirmações`,
    confirming: "Esperando que a rede confirme",
    final: "Confirmada",
    orphaned: "A rede a anulou e ela não conta",
    explorer: "Ver no explorador",
    over: (amount) => `Você enviou ${amount} a mais. Fale com a loja para que devolva.`,
    lost: (amount) =>
      `Recebemos ${amount} e nada se perdeu: fale com a loja para creditar ou devolver.`,
    late:
      "Se você já enviou o dinheiro, não envie outra vez: quando a rede confirmar, " +
      "o pagamento ainda pode ser aprovado.",
    offline: "Sem conexão. Continuamos tentando; o que você enviou não se perde.",
  },
  consent: {
    title: (merchant) => `Autorização para ${merchant}`,
    heading: "Autorize os débitos na sua conta",
    text: (merchant) =>
      `${merchant} pede permissão para debitar pagamentos da sua conta Bancolombia. Você pode ` +
      "retirá-la quando quiser nesta mesma página.",
    name: "Titular",
    account: "Conta",
    agree: "Autorizar",
    decline: "Não autorizar",
    agreed: {
      title: "Autorização pronta",
      text: "Você já pode fechar esta página. Guarde o link: aqui você pode retirar a permissão.",
    },
    declined: { title: "Você não autorizou os débitos", text: "Nada será cobrado." },
    withdraw: "Retirar minha autorização",
    keep: "Manter",
    withdrawing: {
      heading: "Retirar sua autorização?",
      text: (merchant) =>
        `${merchant} não poderá fazer novas cobranças nesta conta. O que já foi enviado ao seu ` +
        "banco ainda pode ser cobrado.",
    },
    withdrawn: {
      title: "Autorização retirada",
      text:
        "Não haverá novas cobranças. O que já foi enviado ao seu banco ainda pode ser " +
        "cobrado.",
    },
  },
  offline: "Sem conexão. Continuamos tentando.",
  problems: {
    back: "Voltar ao pagamento",
    notFound: {
      title: "Não encontramos este pagamento",
      text: "O link está incompleto ou não existe. Confira se o copiou inteiro ou peça outro.",
    },
    foreign: {
      title: "Não conseguimos aceitar este envio",
      text: "Veio de outra página. Abra o link de pagamento e tente de lá.",
    },
    unreadable: {
      title: "Não conseguimos ler o formulário",
      text: "Abra de novo o link de pagamento e tente outra vez.",
    },
    tooMany: {
      title: "Tentativas demais a partir da sua rede",
      text: "Espere um minuto e confira se copiou o link inteiro.",
    },
    unavailable: {
      title: "Voltamos em um momento",
      text: "Não conseguimos atender você agora. Espere alguns segundos e recarregue a página.",
    },
    broken: {
      title: "Algo deu errado do nosso lado",
      text: "Já ficou registrado. Recarregue a página antes de tentar outro pagamento.",
    },
  },
}
